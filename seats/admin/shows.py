"""Shows: creating one lays out its seats, and from then on hall and price are settled."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from seats import database, reservations
from seats.admin.base import KeptWhileUsedAdmin, ModelForm, link, local, show_name
from seats.admin.standing import with_seat_standing
from seats.domain import SeatStatus
from seats.layout import PlanError, read_plan
from seats.models import Screen, Seat, ShowTime
from seats.wording import counted

_SETTLED = ("screen", "price", "currency")
_HIGHEST_PRICE = Decimal("999999.99")
_LONGEST = timedelta(days=1)


class ShowForm(ModelForm[ShowTime]):
    class Meta:
        model = ShowTime
        fields = ("movie", "screen", "starts_at", "price", "currency")

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if "starts_at" in self.changed_data and starts_at <= database.now():
            raise ValidationError("A show begins in the future.")
        return starts_at

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            self._refuse_unreadable_plan()
        if not self.errors:
            self._refuse_two_films_at_once()
        return cleaned

    def _refuse_unreadable_plan(self) -> None:
        screen, price = self.cleaned_data.get("screen"), self.cleaned_data.get("price")
        if screen is None or price is None:
            return
        try:
            tiers = read_plan(screen.plan).tiers
        except PlanError as error:
            self.add_error("screen", f"The plan of this hall cannot be read. {error}")
            return
        if price + max(tier.surcharge for tier in tiers) > _HIGHEST_PRICE:
            self.add_error("price", "With what the tiers of this hall add, that is too much.")

    def _refuse_two_films_at_once(self) -> None:
        movie, starts_at = self.cleaned_data["movie"], self.cleaned_data["starts_at"]
        screen: Screen = self.cleaned_data.get("screen") or self.instance.screen
        ends_at = starts_at + timedelta(minutes=movie.duration_minutes)
        near = screen.shows.filter(starts_at__gt=starts_at - _LONGEST, starts_at__lt=ends_at)
        for other in near.exclude(pk=self.instance.pk).select_related("movie"):
            ends = other.starts_at + timedelta(minutes=other.movie.duration_minutes)
            if ends > starts_at:
                self.add_error(
                    "starts_at",
                    f"“{other.movie}” plays in this hall then, until {local(ends)}.",
                )
                return


class WhenFilter(admin.SimpleListFilter):
    """The programme to come, unless asked otherwise."""

    title = "time"
    parameter_name = "when"

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Any],
    ) -> list[tuple[str, str]]:
        return [("past", "Past"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            # Django calls the first one "All".
            yield (
                {**choice, "display": "To come"}
                if "when=" not in choice["query_string"]
                else choice
            )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        if self.value() == "past":
            return queryset.filter(starts_at__lte=database.now())
        return queryset.filter(starts_at__gt=database.now())


@admin.register(ShowTime)
class ShowAdmin(KeptWhileUsedAdmin[ShowTime]):
    form = ShowForm
    autocomplete_fields = ("movie", "screen")
    list_display = ("movie", "screen", "start", "price", "currency", "doors")
    list_display_links = ("movie", "start")
    list_select_related = ("movie", "screen")
    list_filter = (WhenFilter,)
    search_fields = ("movie__title", "screen__name")
    ordering = ("starts_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShowTime]:
        return super().get_queryset(request).defer("screen__plan")

    @admin.display(description="starts", ordering="starts_at")
    def start(self, show: ShowTime) -> str:
        return local(show.starts_at)

    @admin.display(description="look at")
    def doors(self, show: ShowTime) -> str:
        return format_html(
            "{} · {} · {}",
            link("Seats", "seat_changelist", show=show.pk),
            link("Bookings", "booking_changelist", show=show.pk),
            link("Ledger", "seatevent_changelist", show=show.pk),
        )

    @admin.display(description="seats")
    def sold(self, show: ShowTime) -> str:
        counts = seat_counts(show.pk)
        words = ", ".join(f"{counts[status]:,} {status.lower()}" for status in SeatStatus)
        return f"{words}, {sum(counts.values()):,} in all"

    @admin.display(description="tiers")
    def prices(self, show: ShowTime) -> str:
        tiers = (f"{tier['name']} {tier['price']}" for tier in show.tiers)
        return f"{', '.join(tiers)} {show.currency}"

    def get_readonly_fields(
        self, request: HttpRequest, obj: ShowTime | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        settled = _SETTLED if obj.seats.exists() else ()
        return (*settled, "prices", "sold", "doors")

    def get_fields(self, request: HttpRequest, obj: ShowTime | None = None) -> tuple[str, ...]:
        fields = ("movie", "screen", "starts_at", "price", "currency")
        return fields if obj is None else (*fields, "prices", "sold", "doors")

    def get_form(
        self, request: HttpRequest, obj: ShowTime | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "price" in form.base_fields:
            form.base_fields["price"].help_text = (
                "Of a plain seat; tiers add to it. Hall, price and currency are settled once the"
                " show is saved, because its seats go on sale then."
            )
        return form

    def save_model(self, request: HttpRequest, obj: ShowTime, form: Any, change: bool) -> None:
        if change:
            # Not the whole row: a customer may have counted its version up since it was read.
            obj.save(update_fields=[name for name in form.changed_data if name in form.fields])
        else:
            super().save_model(request, obj, form, change)
        if not obj.seats.exists():
            seats = reservations.lay_out(obj)
            messages.success(request, f"{counted(seats, 'seat')} of “{obj.screen}” are on sale.")

    def kept_because(self, obj: ShowTime) -> str | None:
        bookings = obj.bookings.count()
        if not bookings:
            return None
        return (
            f"“{show_name(obj)}” has {counted(bookings, 'booking')}, cancelled ones included, so it"
            " is kept. To call it off, unbook its seats."
        )

    def get_deleted_objects(
        self,
        objs: Any,
        request: HttpRequest,
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What goes with a show, counted. Django's own way lists every seat."""
        listed: list[Any] = []
        for show in objs:
            counts = seat_counts(show.pk)
            held = counts[SeatStatus.HELD]
            inside = [counted(sum(counts.values()), "seat")]
            if held:
                inside.append(f"{counted(held, 'seat')} that customers hold at this moment")
            listed += [show_name(show), inside]
        return listed, {"shows": len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: ShowTime) -> None:
        with database.cursor() as cursor:
            # Under the show's lock nobody can book between the look for bookings and the deletion.
            database.take_turn(cursor, obj.pk)
        super().delete_model(request, obj)


def seat_counts(show_id: int) -> dict[SeatStatus, int]:
    """How many seats of a show stand how at this moment."""
    rows = (
        with_seat_standing(Seat.objects.filter(show=show_id))
        .values_list("standing")
        .annotate(Count("pk"))
        .order_by()
    )
    found = dict(rows)
    return {status: found.get(status.value, 0) for status in SeatStatus}
