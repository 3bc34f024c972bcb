"""Members of the wrong type or out of range: named in ``errors``, and nothing changes."""

import pytest

from tests.api.people import problem

WITH_SHOW = [
    "/api/seats/hold-batch/",
    "/api/seats/extend-hold/",
    "/api/seats/book-batch/",
    "/api/seats/release-hold-batch/",
]
WITH_SEATS = [WITH_SHOW[0], *WITH_SHOW[2:]]

NO_IDS = [
    None,
    True,
    False,
    1.0,
    1.5,
    1e3,
    "1",
    "1_0",
    "\uff11",
    "",
    " 1",
    [],
    [1],
    {},
    0,
    -1,
    2**63,
    -(2**63) - 1,
    10**40,
]

NO_SEATS = [
    None,
    True,
    1,
    1.0,
    "",
    "A",
    "1",
    "A0",
    "A-0",
    "A1_0",
    "A 1",
    " A1",
    "A1 ",
    "A1\n",
    "A--1",
    "A+1",
    "A\uff11",
    "\uff211",
    "\u00c41",
    "A10000",
    "AAAAA1",
    "A1" * 1000,
    "'; DROP TABLE seats_seat; --",
    [],
    ["A1"],
    {},
    {"row": "A"},
    {"number": 1},
    {"row": "A", "number": "1"},
    {"row": "A", "number": True},
    {"row": "A", "number": 1.0},
    {"row": "A", "number": 0},
    {"row": "A", "number": -1},
    {"row": "A", "number": 10_000},
    {"row": "A", "number": 2**63},
    {"row": "", "number": 1},
    {"row": 1, "number": 1},
    {"row": "\u00c4", "number": 1},
    {"row": None, "number": 1},
    {"row": ["A"], "number": [1]},
]


@pytest.fixture(autouse=True)
def _unthrottled(settings):
    settings.THROTTLE_WRITE = settings.THROTTLE_LOGIN = settings.THROTTLE_REGISTER = None


def errors_of(response):
    return problem(response, 400, "invalid")["errors"]


@pytest.mark.parametrize("path", WITH_SHOW)
def test_what_is_no_id(owner, show, path):
    for value in NO_IDS:
        response = owner.post(path, {"show_id": value, "seats": ["A1"]})
        assert list(errors_of(response)) == ["show_id"], value


@pytest.mark.parametrize("path", WITH_SHOW)
def test_no_show_at_all(owner, db, path):
    assert "show_id" in errors_of(owner.post(path, {"seats": ["A1"]}))


@pytest.mark.parametrize("path", WITH_SEATS)
def test_what_is_no_seat(owner, show, path):
    for value in NO_SEATS:
        response = owner.post(path, {"show_id": show.pk, "seats": ["A1", value]})
        assert errors_of(response)["seats"][0].startswith("Element 1: "), value


@pytest.mark.parametrize("path", WITH_SEATS)
def test_what_is_no_seat_id(owner, show, path):
    for value in NO_IDS:
        response = owner.post(path, {"show_id": show.pk, "seat_ids": [1, value]})
        assert errors_of(response)["seat_ids"][0].startswith("Element 1: "), value


@pytest.mark.parametrize("path", WITH_SEATS)
@pytest.mark.parametrize("name", ["seats", "seat_ids"])
def test_what_is_no_list(owner, show, path, name):
    for value in (None, True, 1, "A1", {}, {"0": "A1"}, []):
        response = owner.post(path, {"show_id": show.pk, name: value})
        assert list(errors_of(response)) == [name], value


@pytest.mark.parametrize("path", WITH_SEATS)
def test_both_lists(owner, show, path):
    response = owner.post(path, {"show_id": show.pk, "seats": ["A1"], "seat_ids": [1]})

    assert "seats" in errors_of(response)


def test_neither_list(owner, show):
    assert "seats" in errors_of(owner.post("/api/seats/hold-batch/", {"show_id": show.pk}))


@pytest.mark.parametrize("path", WITH_SEATS)
def test_lists_that_are_too_long(owner, show, path):
    too_many = {"seat_ids": list(range(1, 502)), "seats": [f"A{n}" for n in range(1, 502)]}
    for name, values in too_many.items():
        response = owner.post(path, {"show_id": show.pk, name: values})
        assert errors_of(response) == {name: ["Name up to 500 seats in one request."]}


def test_as_many_as_may_be_held_may_be_named(owner, show, settings):
    settings.MAX_SEATS_PER_HOLD = 600
    response = owner.post(
        "/api/seats/hold-batch/", {"show_id": show.pk, "seat_ids": list(range(10**6, 10**6 + 600))}
    )

    problem(response, 404, "seat_not_found")


@pytest.mark.parametrize("path", WITH_SEATS)
def test_a_hundred_thousand_ids(owner, show, path):
    """They do not fit in the largest request; a tenth does, and is too many."""
    for count, status, code in ((100_000, 413, "too_large"), (10_000, 400, "invalid")):
        body = {"show_id": show.pk, "seat_ids": list(range(1, count + 1))}
        problem(owner.post(path, body), status, code)


def test_only_the_first_few_mistakes_are_listed(owner, show):
    response = owner.post("/api/seats/hold-batch/", {"show_id": show.pk, "seats": ["?"] * 400})

    assert len(errors_of(response)["seats"]) == 5


def test_all_members_are_looked_at(owner, db):
    response = owner.post("/api/seats/hold-batch/", {"show_id": "1", "seats": "A1"})

    assert set(errors_of(response)) == {"show_id", "seats"}


@pytest.mark.parametrize("path", ["/api/seats/register/", "/api/seats/login/"])
@pytest.mark.parametrize("name", ["username", "password"])
def test_what_is_no_text(stranger, db, path, name):
    for value in (None, True, 1, 1.0, [], ["a"], {}, ""):
        body = {"username": "newcomer", "password": "a long enough pass phrase", name: value}
        assert list(errors_of(stranger.post(path, body))) == [name], value


@pytest.mark.parametrize("path", ["/api/seats/register/", "/api/seats/login/"])
def test_texts_that_are_too_long(stranger, db, path):
    for name, length in (("username", 151), ("password", 1001)):
        body = {"username": "newcomer", "password": "pass phrase", name: "x" * length}
        assert list(errors_of(stranger.post(path, body))) == [name]
