"""The tables: fields and constraints, no rules.

The rules are in ``domain`` (plain Python) and every change of a seat's state is made by
``reservations``. Two things here look unusual and are meant: a seat's state columns carry no index
and no foreign key constraint, because each write would pay for them and nothing looks seats up by
state (a hold and a booking list their seats themselves); and all times are UTC with milliseconds.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from seats.domain import MAX_MARK, BookingStatus, EventKind, HoldState, SeatStatus


def random_mark() -> int:
    """A number that tells one show, or one change of it, from any other."""
    return secrets.randbelow(MAX_MARK)


class Movie(models.Model):
    """A film. ``poster`` is a path below /static/, or empty."""

    title = models.CharField(max_length=200)
    synopsis = models.TextField(blank=True, max_length=2000)
    duration_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    rating = models.CharField(max_length=20, blank=True)
    poster = models.CharField(
        max_length=200,
        blank=True,
        help_text="A picture below static/, for instance posters/film.svg.",
        validators=[RegexValidator(r"\A[\w][\w./-]*\Z", "Letters, digits, dots and slashes only.")],
    )

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Screen(models.Model):
    """A hall. Its ``plan`` is copied to every show when the show is created."""

    name = models.CharField(max_length=80, unique=True)
    plan = models.TextField(max_length=300_000)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ShowTime(models.Model):
    """One screening. ``version`` counts the changes of its seats; ``mark`` is drawn with each.

    ``born`` is drawn once: a show that is deleted and made again under the same id has another one.
    """

    movie = models.ForeignKey(Movie, on_delete=models.PROTECT, related_name="shows")
    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="shows")
    starts_at = models.DateTimeField(db_index=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", "Three capital letters, such as EUR.")],
    )
    tiers = models.JSONField(default=list, editable=False)
    version = models.BigIntegerField(default=0, editable=False)
    mark = models.BigIntegerField(default=random_mark, editable=False)
    born = models.BigIntegerField(default=random_mark, editable=False)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = "show"

    def __str__(self) -> str:
        return f"{self.movie}, {self.starts_at:%a %d %b %Y, %H:%M} UTC"


class Seat(models.Model):
    """One seat of one show: its place and price never change, its state does."""

    show = models.ForeignKey(
        ShowTime, on_delete=models.CASCADE, related_name="seats", db_index=False
    )
    # ROW is a reserved word in MySQL 8.
    row = models.CharField(max_length=4, db_column="row_name")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=8)
    section = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=1)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    x = models.FloatField()
    y = models.FloatField()
    features = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=9,
        choices=[(status.value, status.value.capitalize()) for status in SeatStatus],
        default=SeatStatus.AVAILABLE.value,
    )
    held_until = models.DateTimeField(null=True, blank=True)
    hold = models.ForeignKey(
        "Hold",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    booking = models.ForeignKey(
        "Booking",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "label"], name="seat_label_once_a_show"),
            models.CheckConstraint(
                name="seat_state_is_whole",
                condition=(
                    Q(status="AVAILABLE", held_until=None, hold=None, booking=None)
                    | Q(
                        status="HELD",
                        held_until__isnull=False,
                        hold__isnull=False,
                        booking=None,
                    )
                    | Q(status="BOOKED", held_until=None, hold=None, booking__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Hold(models.Model):
    """Seats set aside for one customer and one show, with one deadline.

    A customer's newest row for a show is the one that counts; older rows are history.
    ``by_selection`` marks one that came of clicking on seats and has not been confirmed by holding
    them: it is short, and ends when its customer goes away.
    """

    show = models.ForeignKey(
        ShowTime, on_delete=models.CASCADE, related_name="holds", db_index=False
    )
    customer = models.CharField(max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(
        max_length=8,
        choices=[(state.value, state.value.capitalize()) for state in HoldState],
        default=HoldState.OPEN.value,
    )
    seat_ids = models.JSONField()
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    booking = models.ForeignKey("Booking", null=True, on_delete=models.SET_NULL, related_name="+")
    # With a default in the database: processes of the release before do not name it.
    by_selection = models.BooleanField(db_default=False)
    # What hoarding is told by: a digest of the address, the most seats there ever were in this
    # hold, and when its last seat was booked or let go.
    origin = models.CharField(max_length=64, db_default="")
    largest = models.PositiveIntegerField(db_default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "show"], name="hold_of_customer_for_show"),
            models.Index(fields=["origin", "started_at"], name="hold_from_origin"),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Booking(models.Model):
    """Seats sold to one customer. ``seats`` keeps what was sold, whatever becomes of the seats."""

    class Status(models.TextChoices):
        CONFIRMED = BookingStatus.CONFIRMED.value, "Confirmed"
        IN_REVIEW = BookingStatus.IN_REVIEW.value, "In review"
        REJECTED = BookingStatus.REJECTED.value, "Rejected"
        CANCELLED = BookingStatus.CANCELLED.value, "Cancelled"

    reference = models.CharField(max_length=12, unique=True)
    show = models.ForeignKey(ShowTime, on_delete=models.PROTECT, related_name="bookings")
    customer = models.CharField(max_length=80, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.CONFIRMED)
    seats = models.JSONField()
    total_price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # With a default in the database: a process of the release before does not name it.
    rejection_reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-booked_at", "-id"]

    def __str__(self) -> str:
        return self.reference


class PaymentProof(models.Model):
    """A picture of a payment, by its unguessable id. It pays one booking, or none so far.

    The picture itself is a file in PAYMENT_PROOF_DIR, named after id and format.
    """

    class Format(models.TextChoices):
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"
        WEBP = "webp", "WebP"

    id = models.CharField(max_length=32, primary_key=True)
    customer = models.CharField(max_length=80, db_index=True)
    format = models.CharField(max_length=4, choices=Format)
    size = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField(db_index=True)
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.CASCADE, related_name="payment_proof"
    )

    def __str__(self) -> str:
        # Not the id: it is enough to pay with.
        return f"{self.format}, {self.uploaded_at:%Y-%m-%d}"


class SeatEvent(models.Model):
    """The ledger: one entry for each change of a show's seats, numbered 1, 2, 3 … a show."""

    show = models.ForeignKey(
        ShowTime, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    version = models.BigIntegerField()
    mark = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EventKind])
    seat_ids = models.JSONField()
    held_until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    hold_id = models.BigIntegerField(null=True)
    booking_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["show", "version"]
        constraints = [
            models.UniqueConstraint(fields=["show", "version"], name="event_version_once_a_show")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.kind}"


class IdempotencyRecord(models.Model):
    """What a request with an Idempotency-Key came to. ``digest`` stands for customer and key."""

    digest = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    # Text, not JSON: what some databases put in order is no longer, word for word, what was said.
    outcome = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest[:12]


class Attempt(models.Model):
    """How often something was tried until ``ends_at``. ``mark`` stands for who, where and what."""

    mark = models.CharField(max_length=64, primary_key=True)
    number = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.mark[:12]


class Turnstile(models.Model):
    """Rows that are there to be locked and never change: who goes through one goes alone.

    Customers and addresses find theirs by a digest, so several may share one; see
    ``seats.reservations.hoarding``.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.number)


class LoginSession(AbstractBaseSession):
    """A login session with a column for whose it is, so that both are found by one query."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )

    def __str__(self) -> str:
        # Not the key: whoever has that is logged in.
        return f"until {self.expire_date:%Y-%m-%d}"
