"""A show replayed from its ledger, entry by entry, each checked against those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from seats.domain import BookingStatus, EventKind, HoldState, SeatStatus, iso

# Status, held_until, hold, booking: as stored, whether or not the deadline has passed.
SeatState = tuple[str, datetime | None, int | None, int | None]

_FREE: SeatState = (SeatStatus.AVAILABLE.value, None, None, None)


class Difference(Exception):
    """Where ledger and tables part ways, or where the ledger itself breaks a rule."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger."""

    version: int
    mark: int
    kind: str
    seat_ids: tuple[int, ...]
    held_until: datetime | None
    at: datetime
    hold_id: int | None
    booking_id: int | None
    actor: str


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A hold as its row has it. One that has ended keeps the seats it had last."""

    customer: str
    seat_ids: tuple[int, ...]
    started_at: datetime
    expires_at: datetime
    state: str = HoldState.OPEN.value
    booking_id: int | None = None

    def is_live(self, now: datetime) -> bool:
        return self.state == HoldState.OPEN and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Sale:
    """A booking as its row has it. A cancelled or rejected one keeps the seats it had last.

    ``has_proof``: a picture of a payment belongs to it, so that it has begun in review.
    """

    customer: str
    seat_ids: tuple[int, ...]
    total: Decimal
    booked_at: datetime
    status: str = BookingStatus.CONFIRMED.value
    cancelled_at: datetime | None = None
    reviewed_at: datetime | None = None
    has_proof: bool = False

    def begun(self, *, has_proof: bool) -> Sale:
        """The same as it stands where only its pictures tell whether it has begun in review."""
        waits = has_proof and self.reviewed_at is None and self.cancelled_at is None
        status = BookingStatus.IN_REVIEW.value if waits else self.status
        return replace(self, has_proof=has_proof, status=status)


class Replay:
    """A show as its ledger tells it. Every method raises Difference."""

    def __init__(self, labels: dict[int, str], prices: dict[int, Decimal]) -> None:
        self.version = 0
        self._mark: int | None = None
        self._labels = labels
        self._prices = prices
        self._seats: dict[int, SeatState] = dict.fromkeys(labels, _FREE)
        self._holds: dict[int, StoredHold] = {}
        self._newest: dict[str, int] = {}
        self._sales: dict[int, Sale] = {}
        self._rules: dict[str, Callable[[Entry], None]] = {
            EventKind.HELD: self._held,
            EventKind.EXTENDED: self._extended,
            EventKind.BOOKED: self._booked,
            EventKind.RELEASED: self._released,
            EventKind.CANCELLED: self._cancelled,
            EventKind.EXPIRED: self._expired,
            EventKind.ACCEPTED: self._accepted,
            EventKind.REJECTED: self._rejected,
        }

    # Entry by entry

    def follow(self, entry: Entry) -> None:
        if entry.version != self.version + 1:
            raise Difference(f"after version {self.version} comes version {entry.version}")
        self.version, self._mark = entry.version, entry.mark
        if not entry.seat_ids or len(set(entry.seat_ids)) != len(entry.seat_ids):
            raise _broken(entry, f"it names the seats {list(entry.seat_ids)}")
        strangers = [seat_id for seat_id in entry.seat_ids if seat_id not in self._seats]
        if strangers:
            raise _broken(entry, f"the show has no seats {strangers}")
        if entry.kind not in self._rules:
            raise _broken(entry, "there is no such change")
        self._rules[entry.kind](entry)

    def _held(self, entry: Entry) -> None:
        until, hold_id = entry.held_until, entry.hold_id
        if until is None or hold_id is None or until <= entry.at:
            raise _broken(entry, "its deadline is not ahead, or it is of no hold")
        hold = self._holds.get(hold_id)
        # A selection that grows, or is confirmed, is held anew: its entry names all of its seats.
        anew = hold is not None and set(hold.seat_ids) <= set(entry.seat_ids)
        for seat_id in entry.seat_ids:
            status, before, held_by, _ = self._seats[seat_id]
            free_to_it = before is not None and (
                before <= entry.at or (anew and held_by == hold_id)
            )
            if status == SeatStatus.BOOKED or (status == SeatStatus.HELD and not free_to_it):
                raise _broken(entry, f"{self._told(seat_id)}, and so not free")
        if hold is None:
            self._only_hold(entry)
            hold = StoredHold(entry.actor, (), entry.at, until)
            self._newest[entry.actor] = hold_id
        elif not hold.is_live(entry.at) or hold.customer != entry.actor:
            raise _broken(entry, f"hold {hold_id} is not {entry.actor}'s to add to")
        elif until < hold.expires_at or (until > hold.expires_at and not anew):
            raise _broken(entry, f"adding seats moved the deadline from {iso(hold.expires_at)}")
        together = tuple(sorted({*hold.seat_ids, *entry.seat_ids}))
        self._holds[hold_id] = replace(hold, seat_ids=together, expires_at=until)
        self._put(entry.seat_ids, (SeatStatus.HELD.value, until, hold_id, None))

    def _only_hold(self, entry: Entry) -> None:
        before = self._newest.get(entry.actor)
        if before is not None and self._holds[before].is_live(entry.at):
            raise _broken(entry, f"{entry.actor} has hold {before} already")

    def _extended(self, entry: Entry) -> None:
        hold_id, hold = self._own_hold(entry)
        until = entry.held_until
        if until is None or until <= hold.expires_at:
            raise _broken(entry, f"the hold lasted until {iso(hold.expires_at)} already")
        if set(entry.seat_ids) != set(hold.seat_ids):
            raise _broken(entry, "only some of the hold's seats are extended")
        self._holds[hold_id] = replace(hold, expires_at=until)
        self._put(entry.seat_ids, (SeatStatus.HELD.value, until, hold_id, None))

    def _booked(self, entry: Entry) -> None:
        hold_id, hold = self._own_hold(entry)
        booking_id = entry.booking_id
        if booking_id is None or booking_id in self._sales:
            raise _broken(entry, "it is of no booking of its own")
        self._shrink(hold_id, entry.seat_ids, HoldState.BOOKED, booking_id)
        seat_ids = tuple(sorted(entry.seat_ids))
        self._sales[booking_id] = Sale(hold.customer, seat_ids, self._cost(seat_ids), entry.at)
        self._put(entry.seat_ids, (SeatStatus.BOOKED.value, None, None, booking_id))

    def _released(self, entry: Entry) -> None:
        if entry.hold_id is not None:
            self._own_hold(entry)
        by_hold: dict[int, list[int]] = {}
        for seat_id in entry.seat_ids:
            hold_id = self._seats[seat_id][2]
            if hold_id is None or not self._holds[hold_id].is_live(entry.at):
                raise _broken(entry, f"{self._told(seat_id)}, and not held at that moment")
            by_hold.setdefault(hold_id, []).append(seat_id)
        for hold_id, gone in by_hold.items():
            self._shrink(hold_id, gone, HoldState.RELEASED)
        self._put(entry.seat_ids, _FREE)

    def _cancelled(self, entry: Entry) -> None:
        by_sale: dict[int, list[int]] = {}
        for seat_id in entry.seat_ids:
            booking_id = self._seats[seat_id][3]
            if booking_id is None or entry.booking_id not in (None, booking_id):
                raise _broken(entry, f"{self._told(seat_id)}, and not of that booking")
            by_sale.setdefault(booking_id, []).append(seat_id)
        for booking_id, gone in by_sale.items():
            sale = self._sales[booking_id]
            rest = tuple(seat_id for seat_id in sale.seat_ids if seat_id not in gone)
            self._sales[booking_id] = (
                replace(sale, seat_ids=rest, total=self._cost(rest))
                if rest
                else replace(sale, status=BookingStatus.CANCELLED.value, cancelled_at=entry.at)
            )
        self._put(entry.seat_ids, _FREE)

    def _expired(self, entry: Entry) -> None:
        for seat_id in entry.seat_ids:
            until = self._seats[seat_id][1]
            if until is None or until > entry.at:
                raise _broken(entry, f"{self._told(seat_id)}, and no deadline of it has passed")
        self._put(entry.seat_ids, _FREE)

    def _accepted(self, entry: Entry) -> None:
        booking_id, sale = self._unreviewed(entry)
        self._sales[booking_id] = replace(sale, reviewed_at=entry.at)

    def _rejected(self, entry: Entry) -> None:
        booking_id, sale = self._unreviewed(entry)
        self._sales[booking_id] = replace(
            sale, status=BookingStatus.REJECTED.value, reviewed_at=entry.at
        )
        self._put(entry.seat_ids, _FREE)

    def _unreviewed(self, entry: Entry) -> tuple[int, Sale]:
        """The booking the box office decides on: it has its seats, all of which are named."""
        booking_id = entry.booking_id
        sale = None if booking_id is None else self._sales.get(booking_id)
        if booking_id is None or sale is None or sale.reviewed_at is not None:
            raise _broken(entry, f"booking {booking_id} is not there to be reviewed")
        if tuple(sorted(entry.seat_ids)) != sale.seat_ids:
            raise _broken(entry, f"booking {booking_id} has other seats")
        for seat_id in entry.seat_ids:
            if self._seats[seat_id][3] != booking_id:
                raise _broken(entry, f"{self._told(seat_id)}, and not of that booking")
        return booking_id, sale

    def _own_hold(self, entry: Entry) -> tuple[int, StoredHold]:
        """The hold an entry is of: live, the actor's, and with all of the seats."""
        hold_id = entry.hold_id
        hold = None if hold_id is None else self._holds.get(hold_id)
        if hold_id is None or hold is None or hold.customer != entry.actor:
            raise _broken(entry, f"{entry.actor} has no hold {hold_id}")
        if not hold.is_live(entry.at):
            raise _broken(entry, f"hold {hold_id} ended at {iso(hold.expires_at)} or before")
        for seat_id in entry.seat_ids:
            if self._seats[seat_id][2] != hold_id:
                raise _broken(entry, f"{self._told(seat_id)}, and not in hold {hold_id}")
        return hold_id, hold

    def _shrink(
        self, hold_id: int, gone: Iterable[int], ended: HoldState, booking_id: int | None = None
    ) -> None:
        hold = self._holds[hold_id]
        without = set(gone)
        rest = tuple(seat_id for seat_id in hold.seat_ids if seat_id not in without)
        self._holds[hold_id] = (
            replace(hold, seat_ids=rest)
            if rest
            else replace(hold, state=ended.value, booking_id=booking_id)
        )

    def _put(self, seat_ids: Iterable[int], state: SeatState) -> None:
        for seat_id in seat_ids:
            self._seats[seat_id] = state

    def _cost(self, seat_ids: Iterable[int]) -> Decimal:
        return sum((self._prices[seat_id] for seat_id in seat_ids), Decimal("0.00"))

    def _told(self, seat_id: int) -> str:
        return f"{self._labels[seat_id]} was {_state(self._seats[seat_id])}"

    # Where it ends

    def compare_show(self, version: int, mark: int) -> None:
        if version != self.version:
            raise Difference(f"the show counts {version} changes, the ledger {self.version}")
        if self._mark not in (None, mark):
            raise Difference(f"the show and version {version} carry different marks")

    def compare_seats(self, stored: Iterable[tuple[int, SeatState]]) -> None:
        for seat_id, state in stored:
            told = self._seats.get(seat_id, _FREE)
            if state != told:
                raise Difference(
                    f"{self._labels.get(seat_id, seat_id)} is stored as {_state(state)};"
                    f" the ledger ends with {_state(told)}"
                )

    def compare_holds(self, stored: Iterable[tuple[int, StoredHold]], now: datetime) -> None:
        unseen = set(self._holds)
        for hold_id, hold in stored:
            told = self._holds.get(hold_id)
            unseen.discard(hold_id)
            # That a hold has expired is written down by housekeeping, without an entry.
            lapsed = hold.state == HoldState.EXPIRED and hold.expires_at <= now
            if (replace(hold, state=HoldState.OPEN.value) if lapsed else hold) != told:
                raise Difference(f"hold {hold_id} is stored as {hold}; the ledger ends with {told}")
        if unseen:
            raise Difference(f"the ledger knows hold {min(unseen)}, which is not stored")

    def compare_bookings(self, stored: Iterable[tuple[int, Sale]]) -> None:
        unseen = set(self._sales)
        for booking_id, sale in stored:
            told = self._sales.get(booking_id)
            unseen.discard(booking_id)
            if told is not None:
                told = told.begun(has_proof=sale.has_proof)
                if told.reviewed_at is not None and not sale.has_proof:
                    raise Difference(f"booking {booking_id} was reviewed without a proof")
            if sale != told:
                raise Difference(
                    f"booking {booking_id} is stored as {sale}; the ledger ends with {told}"
                )
        if unseen:
            raise Difference(f"the ledger knows booking {min(unseen)}, which is not stored")


def _broken(entry: Entry, why: str) -> Difference:
    return Difference(f"version {entry.version} ({entry.kind}, {iso(entry.at)}): {why}")


def _state(state: SeatState) -> str:
    status, until, hold_id, booking_id = state
    if hold_id is not None and until is not None:
        return f"held by hold {hold_id} until {iso(until)}"
    if booking_id is not None:
        return f"booked in booking {booking_id}"
    return status.lower()
