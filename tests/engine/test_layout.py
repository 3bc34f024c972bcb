from __future__ import annotations

import time
from decimal import Decimal

import pytest

from seats.layout import MAX_SEATS, PlanError, PlannedSeat, read_plan, rectangle, row_name


def places(text: str) -> dict[str, tuple[float, float]]:
    return {seat.label: (seat.x, seat.y) for seat in read_plan(text).seats}


def seat(text: str, label: str) -> PlannedSeat:
    return next(seat for seat in read_plan(text).seats if seat.label == label)


def complaint(*lines: str) -> str:
    with pytest.raises(PlanError) as caught:
        read_plan("\n".join(lines))
    return str(caught.value)


def test_it_reads_rows_from_the_screen_to_the_back() -> None:
    assert places("tier S Standard\nA: SS\nB: SS") == {
        "A1": (0.0, 0.0),
        "A2": (1.0, 0.0),
        "B1": (0.0, 1.0),
        "B2": (1.0, 1.0),
    }


def test_it_numbers_seats_across_gaps_and_leaves_the_gap_in_the_drawing() -> None:
    assert places("tier S Standard\nA: SS__SS") == {
        "A1": (0.0, 0.0),
        "A2": (1.0, 0.0),
        "A3": (4.0, 0.0),
        "A4": (5.0, 0.0),
    }


def test_it_takes_a_blank_inside_a_row_for_a_gap() -> None:
    assert places("tier S Standard\nA: SS SS") == places("tier S Standard\nA: SS_SS")


def test_it_leaves_a_row_free_for_an_aisle() -> None:
    assert places("tier S Standard\nA: S\naisle\nAisle\nB: S")["B1"] == (0.0, 3.0)


def test_it_centres_shorter_rows() -> None:
    found = places("tier S Standard\nA: SS\nB: SSSSS")
    assert (found["A1"], found["A2"]) == ((1.5, 0.0), (2.5, 0.0))


def test_it_keeps_aisles_in_line_where_a_row_lacks_its_first_seats() -> None:
    found = places("tier S Standard\nA: SSS_SSS\nB: __S_SSS")
    assert found["B1"][0] == found["A3"][0]
    assert found["B2"][0] == found["A4"][0]


def test_it_moves_a_row_to_a_side_by_gaps_at_its_end() -> None:
    found = places("tier S Standard\nA: SSSS\nB: SS__\nC: __SS")
    assert [found[name][0] for name in ("B1", "B2", "C1", "C2")] == [0.0, 1.0, 2.0, 3.0]


def test_it_bends_rows_around_the_screen() -> None:
    found = places("tier S Standard\ncurve 1\nA: SSSSS\nB: SSSSS")
    assert [found[f"A{number}"][1] for number in range(1, 6)] == [0.0, 2.25, 3.0, 2.25, 0.0]
    assert found["B3"][1] - found["A3"][1] == 1.0


def test_it_never_puts_a_seat_left_of_the_hall_or_behind_the_screen() -> None:
    text = "tier S Standard\ncurve 0.7\nA: SS\nB: SSSSSSSSS\nC: S_____S_____"
    assert all(x >= 0 and y >= 0 for x, y in places(text).values())


def test_it_draws_a_hall_of_one_seat() -> None:
    assert places("tier S Standard\ncurve 1\nA: S") == {"A1": (0.0, 3.0)}


def test_it_reads_tiers_with_their_surcharge() -> None:
    plan = read_plan("tier S Standard\ntier P Premium sofa +3.5\ntier C Child -2\nA: SPC")
    assert [(tier.id, tier.name, tier.surcharge) for tier in plan.tiers] == [
        ("S", "Standard", Decimal("0.00")),
        ("P", "Premium sofa", Decimal("3.50")),
        ("C", "Child", Decimal("-2.00")),
    ]


def test_it_leaves_out_tiers_nobody_can_sit_in() -> None:
    plan = read_plan("tier S Standard\ntier P Premium +3.00\nA: SS")
    assert [tier.id for tier in plan.tiers] == ["S"]


@pytest.mark.parametrize("amount", ["+3,00", "3,00", "+3.005", "+", "- 2", "+1e3", "3.00€"])
def test_it_never_takes_a_mistyped_amount_for_a_name(amount: str) -> None:
    assert "“+3.00”" in complaint(f"tier P Premium {amount}", "A: P")


def test_it_names_sections_for_the_rows_that_follow() -> None:
    text = "tier S Standard\nsection Stalls  left\nA: S\nsection Circle\nB: S\nsection\nC: S"
    assert [seat(text, label).section for label in ("A1", "B1", "C1")] == [
        "Stalls left",
        "Circle",
        "",
    ]


def test_it_marks_places_for_wheelchairs_and_companions() -> None:
    text = "tier S Standard\nA: SSSSSS | wheelchair 1-2, 6; companion 3"
    assert [seat(text, f"A{number}").features for number in range(1, 7)] == [
        ("wheelchair",),
        ("wheelchair",),
        ("companion",),
        (),
        (),
        ("wheelchair",),
    ]


def test_it_skips_notes_and_empty_lines_but_counts_them_in_complaints() -> None:
    assert complaint("# a note", "", "tier S Standard", "A: SX").startswith("Line 4: “X”")


def test_it_reads_row_names_in_small_letters_and_words_in_capitals() -> None:
    assert list(places("Tier S Standard\nSECTION Stalls\na: S")) == ["A1"]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("A: XX", "“tier X Standard”"),
        ("A: ss", "capital letter, “S”"),
        ("A: S1", "“1” is no seat"),
        ("A: ____", "“aisle”"),
        ("A:", "“aisle”"),
        ("AAAAA: SS", "“A: SSSS_SSSS”"),
        ("A SS", "“A: SSSS_SSSS”"),
        ("Ä: SS", "“A: SSSS_SSSS”"),
        (": SS", "“A: SSSS_SSSS”"),
        ("A: SS | wheelchair 3", "row A has no seat 3"),
        ("A: SS | wheelchair 0", "row A has no seat 0"),
        ("A: SS | wheelchair 2-1", "“1-2”, not “2-1”"),
        ("A: SS | wheelchair 1; companion 1", "seat 1 of row A is marked twice"),
        ("A: SS | wheelchair", "“| wheelchair 1-2; companion 3”"),
        ("A: SS | sofa 1", "“| wheelchair 1-2; companion 3”"),
        ("A: SS | wheelchair 1,,2", "“1-2, 5”"),
        ("tier S Stalls", "tier S is there twice"),
        ("tier P", "“tier P Premium +3.00”"),
        ("tier p Premium", "“tier P Premium +3.00”"),
        ("tier P +3.00", "needs a name"),
        ("tier P Premium +100000", "out of range"),
        ("tier P Premium 9999999999", "“+3.00”, not “9999999999”"),
        ("curve 1.1", "from 0 to 1"),
        ("curve nan", "from 0 to 1"),
        ("curve", "from 0 to 1"),
    ],
)
def test_it_says_which_line_cannot_be_read_and_what_to_do(line: str, advice: str) -> None:
    said = complaint("tier S Standard", "B: SS", line)
    assert said.startswith("Line 3: ")
    assert advice in said


def test_it_refuses_a_row_that_is_there_twice() -> None:
    assert complaint("tier S Standard", "A: S", "a: S") == "Line 3: row A is there twice."


def test_it_refuses_a_plan_without_seats() -> None:
    assert "at least one row" in complaint("tier S Standard")


def test_it_refuses_halls_beyond_the_largest() -> None:
    full = rectangle(MAX_SEATS // 1000, 1000)
    assert len(read_plan(full).seats) == MAX_SEATS
    assert f"at most {MAX_SEATS} seats" in complaint(full, "ZZZZ: S")


def test_it_refuses_a_row_with_more_seats_than_labels() -> None:
    assert "at most 9999 seats" in complaint(rectangle(1, 10_000))


@pytest.mark.parametrize(
    "line",
    [
        "A: S" + " " * 290_000 + "|",
        "tier P Premium" + " " * 290_000 + "x",
        "A: SS | wheelchair " + "1-2," * 70_000 + "1",
        "A: SS | " + "wheelchair" + " " * 290_000 + "!",
        "x" * 290_000,
    ],
)
def test_it_reads_hostile_plans_in_no_time(line: str) -> None:
    started = time.process_time()
    with pytest.raises(PlanError):
        read_plan(f"tier S Standard\n{line}\nB: X")
    assert time.process_time() - started < 1


def test_it_names_rows_like_the_columns_of_a_sheet() -> None:
    assert [row_name(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_it_makes_the_plan_of_a_plain_hall() -> None:
    plan = read_plan(rectangle(4, 10))
    assert [seat.label for seat in plan.seats] == [
        f"{row}{number}" for row in "ABCD" for number in range(1, 11)
    ]
