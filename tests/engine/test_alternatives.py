from __future__ import annotations

import itertools
from collections import Counter

import pytest

from seats.alternatives import Hall, Place, hall_of, nearest_groups
from seats.layout import read_plan, rectangle


class House:
    """A hall from a plan, with some seats taken."""

    def __init__(self, plan: str, taken: str = "") -> None:
        seats = read_plan(plan).seats
        self.places = {
            seat.label: (
                seat.row,
                Place(
                    index,
                    seat.label,
                    seat.x,
                    seat.y,
                    plain=not seat.features,
                    wheelchair="wheelchair" in seat.features,
                ),
            )
            for index, seat in enumerate(seats)
        }
        self.hall: Hall = hall_of(list(self.places.values()))
        self.taken = {self.places[label][1].index for label in taken.split()}

    def instead_of(self, wanted: str, most: int = 3) -> list[str]:
        groups = nearest_groups(
            self.hall,
            [self.places[label] for label in wanted.split()],
            lambda index: index not in self.taken,
            most,
        )
        return [" ".join(group) for group in groups]


def plan(*rows: str) -> str:
    return "\n".join(("tier S Standard", *rows))


def test_it_offers_the_nearest_seats_of_the_same_row_first() -> None:
    house = House(rectangle(3, 10), taken="B5")
    assert house.instead_of("B5") == ["B4", "B6", "B3"]


def test_it_stays_in_the_row_even_where_another_row_is_nearer() -> None:
    house = House(rectangle(3, 10), taken="B2 B3 B4 B5 B6 B7")
    assert house.instead_of("B2 B3") == ["B8 B9", "A2 A3", "C2 C3"]


def test_it_offers_groups_of_the_size_that_was_asked_for() -> None:
    house = House(rectangle(3, 10), taken="B4 B5")
    assert house.instead_of("B3 B4 B5") == ["B1 B2 B3", "B6 B7 B8", "A3 A4 A5"]


def test_it_goes_to_the_nearest_rows_when_the_row_is_full() -> None:
    house = House(plan("A: SS", "B: SS", "C: SS", "D: SS", "E: SS"), taken="C1 C2")
    assert house.instead_of("C1 C2") == ["B1 B2", "D1 D2", "A1 A2"]


def test_it_prefers_a_seat_nearby_in_the_next_row_to_one_far_along_it() -> None:
    house = House(plan("A: " + "S" * 20, "B: S", "C: " + "S" * 20), taken="B1 A10 A11 C10 C11")
    assert house.instead_of("B1", most=4) == ["A9", "A12", "C9", "C12"]


def test_it_never_seats_a_party_across_an_aisle() -> None:
    house = House(plan("A: SS_SS", "B: SS_SS"), taken="A1")
    assert house.instead_of("A1 A2") == ["A3 A4", "B1 B2", "B3 B4"]


def test_it_never_seats_a_party_around_a_taken_seat() -> None:
    house = House(plan("A: SSSSS"), taken="A2 A4")
    assert house.instead_of("A1 A2") == []


def test_it_never_offers_a_seat_twice() -> None:
    house = House(rectangle(4, 12), taken="B6 C1 C5")
    offered = " ".join(house.instead_of("B5 B6 B7", most=10)).split()
    assert len(offered) == len(set(offered)) == 30


def test_it_offers_the_left_one_and_the_front_one_of_two_equally_near() -> None:
    house = House(rectangle(3, 3), taken="B1 B2 B3")
    assert house.instead_of("B2", most=2) == ["A2", "C2"]
    assert House(rectangle(1, 3), taken="A2").instead_of("A2", most=1) == ["A1"]


def test_it_answers_the_same_whatever_the_order_of_seats() -> None:
    house = House(rectangle(3, 6), taken="B3")
    expected = house.instead_of("B3 B4")
    house.hall = hall_of(list(reversed(house.places.values())))
    assert house.instead_of("B4 B3") == expected


def test_it_takes_the_row_with_most_of_the_wanted_seats_for_the_one_asked_for() -> None:
    house = House(rectangle(4, 6), taken="C3")
    assert all(group.startswith("C") for group in house.instead_of("B3 C3 C4", most=1))


def test_it_takes_the_first_row_named_where_rows_have_equally_many() -> None:
    house = House(rectangle(4, 6), taken="B3 C3")
    assert house.instead_of("C3 B3", most=1) == ["C1 C2"]


def test_it_measures_from_the_seat_and_not_from_the_row_in_a_bent_hall() -> None:
    rows = [f"{name}: {'S' * 21}" for name in "ABCDEFG"]
    taken = " ".join(f"D{number}" for number in range(1, 22))
    house = House(plan("curve 1", *rows), taken)
    assert house.instead_of("D11", most=2) == ["C11", "E11"]
    for end in ("D1", "D21"):
        assert {group[0] for group in house.instead_of(end, most=3)} <= {"C", "E"}


def test_it_offers_nothing_in_a_full_house() -> None:
    house = House(rectangle(2, 2), taken="A1 A2 B1 B2")
    assert house.instead_of("A1") == []


def test_it_offers_nothing_instead_of_nothing() -> None:
    assert House(rectangle(2, 2)).instead_of("") == []


BAY = plan("A: SSSSSS | wheelchair 1-2; companion 3", "B: SSSSSS | wheelchair 5; companion 6")


def test_it_sends_nobody_to_a_place_for_wheelchairs_who_did_not_ask_for_one() -> None:
    assert House(BAY, taken="A4").instead_of("A4", most=9) == [
        "A5", "A6", "B4", "B3", "B2", "B1",
    ]  # fmt: skip


def test_it_offers_a_wheelchair_place_instead_of_a_wheelchair_place() -> None:
    assert House(BAY, taken="A1").instead_of("A1", most=9) == ["A2", "B5"]


def test_it_keeps_the_companion_beside_the_wheelchair() -> None:
    assert House(BAY, taken="A2").instead_of("A2 A3", most=9) == ["B4 B5"]
    assert House(BAY, taken="B5").instead_of("B5 B6", most=9) == ["A2 A3"]


def test_it_seats_two_wheelchairs_side_by_side() -> None:
    assert House(BAY, taken="B5").instead_of("A1 A2", most=9) == ["A1 A2"]


def test_it_lets_a_companion_alone_sit_anywhere_but_on_a_wheelchair_place() -> None:
    assert House(BAY, taken="A3").instead_of("A3", most=2) == ["A4", "A5"]


@pytest.fixture(scope="module")
def arena() -> House:
    rows = [f"R{letters}: {'_'.join(['S' * 25] * 10)}" for letters in _letters(200)]
    return House(plan("curve 0.3", *rows))


@pytest.mark.parametrize("size", [1, 2, 4, 10])
@pytest.mark.parametrize("free_every", [1, 3, 500, 10**9])
def test_it_looks_at_each_of_50_000_seats_once_at_most(
    arena: House, size: int, free_every: int
) -> None:
    looks: Counter[int] = Counter()

    def is_free(index: int) -> bool:
        looks[index] += 1
        return index % free_every == 1 % free_every

    nearest_groups(arena.hall, list(arena.places.values())[25_000 : 25_000 + size], is_free)

    assert looks
    assert max(looks.values()) == 1


def _letters(count: int) -> list[str]:
    pairs = itertools.product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=2)
    return ["".join(pair) for pair in itertools.islice(pairs, count)]
