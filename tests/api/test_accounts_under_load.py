"""Accounts and seats are written at the same time by many: nobody sees the database's troubles."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from knox.models import AuthToken

from seats.models import LoginSession
from tests.api.people import PASSWORD, Person

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


@pytest.fixture(autouse=True)
def _unthrottled(settings):
    settings.THROTTLE_WRITE = settings.THROTTLE_LOGIN = settings.THROTTLE_REGISTER = None


def at_once(*stories):
    """Runs each story in a thread with a database connection of its own."""

    def told(story):
        try:
            return story()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(stories)) as pool:
        return list(pool.map(told, stories))


def come_and_go(number):
    def story():
        person, statuses = Person(), Counter()
        for turn in range(ROUNDS):
            person.username = f"guest{number}x{turn}"
            body = {"username": person.username, "password": PASSWORD}
            statuses[person.post("/api/seats/register/", body).status_code] += 1
            statuses[person.post("/api/seats/login/", body).status_code] += 1
            statuses[person.post("/api/seats/logout/").status_code] += 1
        return statuses

    return story


def hold_and_release(person, show, seat):
    def story():
        statuses = Counter()
        for _ in range(ROUNDS * 3):
            statuses[person.hold(show, seat).status_code] += 1
            statuses[person.release(show).status_code] += 1
        return statuses

    return story


def test_everybody_is_served(show):
    people = [Person(f"holder{number}").with_token() for number in range(4)]

    results = at_once(
        *(come_and_go(number) for number in range(8)),
        *(hold_and_release(person, show, f"A{at}") for at, person in enumerate(people, 1)),
    )

    assert sum(results, Counter()) == {201: 8 * ROUNDS, 200: 16 * ROUNDS + 4 * ROUNDS * 6}
    assert AuthToken.objects.count() == len(people)
    assert LoginSession.objects.count() == len(people)


def test_one_name_goes_to_one_person():
    def ask(name):
        body = {"username": name, "password": PASSWORD}
        return lambda: Person().post("/api/seats/register/", body).status_code

    names = ["same"] * 4 + ["Same", "SAME", "sAME", "samE"]

    assert sorted(at_once(*map(ask, names))) == [201] + [409] * 7


def test_twins_of_one_registration_make_one_account():
    def ask():
        body = {"username": "twin", "password": PASSWORD}
        response = Person().post("/api/seats/register/", body, **{"Idempotency-Key": "k"})
        return response.status_code, response.json().get("user", {}).get("id")

    answers = at_once(*[ask] * 6)

    assert {status for status, _ in answers} == {201}
    assert len({user_id for _, user_id in answers}) == 1
