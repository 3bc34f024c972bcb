"""Words and rules that need no database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seats import errors
from seats.domain import (
    Cursor,
    Customer,
    SeatNames,
    SeatStatus,
    effective_status,
    extended_deadline,
    from_milliseconds,
    hold_deadline,
    iso,
    label,
    parse_label,
    to_milliseconds,
)
from tests.engine.profile import CAREFULLY

NOW = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
MS = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("A1", "A1"),
        ("a1", "A1"),
        ("A-1", "A1"),
        ("A01", "A1"),
        ("A-001", "A1"),
        ("A10", "A10"),
        ("AbCd9999", "ABCD9999"),
    ],
)
def test_it_reads_labels_however_they_are_written(text: str, canonical: str) -> None:
    assert parse_label(text) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "A", "1", "A0", "A00", "A10000", "ABCDE1", "A--1", "A 1", " A1", "A1 ", "A1\n", "A-", "1A",
     "Ä1", "A１", "A²", "A1.0", "A1_0", "A+1", "A-1-", "A\x001", "А1"],  # noqa: RUF001
)  # fmt: skip
def test_it_takes_nothing_else_for_a_label(text: str) -> None:
    with pytest.raises(ValueError, match="not a seat label"):
        parse_label(text)


@CAREFULLY
@given(st.from_regex(r"\A[A-Z]{1,4}\Z"), st.integers(1, 9999))
def test_it_reads_back_every_label_it_writes(row: str, number: int) -> None:
    assert parse_label(label(row, number)) == label(row, number)


def test_it_puts_names_in_order_and_each_once() -> None:
    names = SeatNames.of("B1", 7, "a-01", "A1", 3, 7)
    assert (names.ids, names.labels) == ((3, 7), ("A1", "B1"))
    assert len(names) == 4
    assert not SeatNames()


@pytest.mark.parametrize(
    ("status", "until", "effective"),
    [
        (SeatStatus.HELD, NOW + MS, SeatStatus.HELD),
        (SeatStatus.HELD, NOW, SeatStatus.AVAILABLE),
        (SeatStatus.HELD, NOW - MS, SeatStatus.AVAILABLE),
        (SeatStatus.HELD, None, SeatStatus.AVAILABLE),
        (SeatStatus.BOOKED, None, SeatStatus.BOOKED),
        (SeatStatus.BOOKED, NOW - MS, SeatStatus.BOOKED),
        (SeatStatus.AVAILABLE, None, SeatStatus.AVAILABLE),
    ],
)
def test_it_knows_what_a_seat_is_at_a_moment(
    status: SeatStatus, until: datetime | None, effective: SeatStatus
) -> None:
    assert effective_status(status, until, NOW) is effective


def test_it_counts_deadlines_from_the_first_seat() -> None:
    assert hold_deadline(NOW, 600) == NOW + timedelta(minutes=10)
    later = NOW + timedelta(minutes=5)
    assert extended_deadline(NOW, later, 600, 1800) == NOW + timedelta(minutes=15)
    latest = NOW + timedelta(minutes=25)
    assert extended_deadline(NOW, latest, 600, 1800) == NOW + timedelta(minutes=30)


def test_it_writes_times_in_utc_with_milliseconds() -> None:
    cet = timezone(timedelta(hours=1))
    assert iso(datetime(2026, 11, 21, 20, 30, 5, 7_999, cet)) == "2026-11-21T19:30:05.007Z"


@CAREFULLY
@given(st.integers(0, 2**43))
def test_it_counts_milliseconds_there_and_back(milliseconds: int) -> None:
    assert to_milliseconds(from_milliseconds(milliseconds)) == milliseconds


@CAREFULLY
@given(
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**40),
    st.integers(0, 2**47),
)
def test_it_reads_back_its_own_cursors(show: int, version: int, mark: int, moment: int) -> None:
    cursor = Cursor(show, version, mark, moment)
    assert Cursor.parse(str(cursor)) == cursor


@CAREFULLY
@given(st.text())
def test_it_takes_no_offence_at_other_peoples_cursors(text: str) -> None:
    cursor = Cursor.parse(text)
    assert cursor is None or Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "1.2.3", "1.2.3.4.5", "1.2.G.4", "-1.2.3.4", "1.2.3.4\n", "１.2.3.4", "1.2.3.AB"],  # noqa: RUF001
)
def test_it_knows_its_own_cursors(text: str) -> None:
    assert Cursor.parse(text) is None


def test_it_names_customers_by_their_account() -> None:
    assert Customer.of_user(12) == Customer("user:12", 12)


def test_it_has_one_code_for_every_refusal() -> None:
    kinds = errors.SeatError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert errors.by_code(kind.code) is kind
    with pytest.raises(KeyError):
        errors.by_code("sold_out")


def test_it_recalls_a_refusal_as_it_was() -> None:
    first = errors.SeatsUnavailable([{"label": "A1"}], [1])
    first.offer([["A2"]])
    again = errors.recall(first.code, first.message, first.facts)
    assert isinstance(again, errors.SeatsUnavailable)
    assert (again.message, again.facts) == (first.message, first.facts)
    assert again.replayed


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "Some of these seats were taken a moment ago."),
        (["A1"], "A1 was taken a moment ago."),
        (["A1", "A2"], "A1 and A2 were taken a moment ago."),
        (["A1", "A2", "B1"], "A1, A2 and B1 were taken a moment ago."),
    ],
)
def test_it_says_which_seats_were_taken(labels: list[str], message: str) -> None:
    assert errors.SeatsUnavailable([{"label": each} for each in labels]).message == message
