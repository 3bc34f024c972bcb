"""GET /api/seats/events/"""

import pytest

from tests.api.people import problem

PATH = "/api/seats/events/"


@pytest.fixture
def story(owner, show):
    owner.hold(show, "A1", "A2")
    owner.release(show, "A2")
    reference = owner.book(show).json()["booking"]["reference"]
    owner.cancel(reference)


def test_every_change_in_order(stranger, show, story):
    answer = stranger.get(PATH, {"show_id": show.pk}).json()

    assert [(event["kind"], event["seats"]) for event in answer["events"]] == [
        ("held", ["A1", "A2"]),
        ("released", ["A2"]),
        ("booked", ["A1"]),
        ("cancelled", ["A1"]),
    ]
    assert [event["version"] for event in answer["events"]] == [1, 2, 3, 4]
    assert answer["next"] == 4


def test_no_names_in_it(stranger, owner, show, story):
    text = stranger.get(PATH, {"show_id": show.pk}).content.decode()

    assert "owner" not in text
    assert "user" not in text


def test_page_by_page(stranger, show, story):
    first = stranger.get(PATH, {"show_id": show.pk, "limit": 3}).json()
    rest = stranger.get(PATH, {"show_id": show.pk, "after": first["next"], "limit": 3}).json()
    end = stranger.get(PATH, {"show_id": show.pk, "after": rest["next"]}).json()

    assert [event["version"] for event in first["events"]] == [1, 2, 3]
    assert [event["version"] for event in rest["events"]] == [4]
    assert end == {"events": [], "next": 4}


def test_the_newest_in_order(stranger, show, story):
    def versions(**query):
        answer = stranger.get(PATH, {"show_id": show.pk, **query}).json()
        return [event["version"] for event in answer["events"]], answer["next"]

    assert versions(last=2) == ([3, 4], 4)
    assert versions(last=1000) == ([1, 2, 3, 4], 4)
    assert versions(last=3, limit=1) == ([2, 3, 4], 4)
    assert versions(last=3, after=3) == ([4], 4)
    assert versions(last=3, after=4) == ([], 4)


def test_without_a_show_the_next_one(stranger, show, story):
    assert len(stranger.get(PATH).json()["events"]) == 4


def test_an_unknown_show(stranger, db):
    problem(stranger.get(PATH, {"show_id": 4242}), 404, "show_not_found")
    problem(stranger.get(PATH), 404, "show_not_found")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("after", "-1"),
        ("after", "x"),
        ("after", str(2**63)),
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "1.0"),
        ("limit", ""),
        ("last", "0"),
        ("last", "1001"),
    ],
)
def test_numbers_out_of_range(stranger, show, name, value):
    response = stranger.get(PATH, {"show_id": show.pk, name: value})

    assert list(problem(response, 400, "invalid")["errors"]) == [name]


def test_the_largest_numbers(stranger, show):
    query = {"show_id": show.pk, "after": 2**63 - 1, "limit": 1000}

    assert stranger.get(PATH, query).json()["events"] == []
