"""How often one may try: THROTTLE_LOGIN, THROTTLE_REGISTER, THROTTLE_WRITE."""

import pytest

from seats.api import throttles
from tests.api.people import PASSWORD, Person, problem


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told otherwise; a minute begins at 0."""

    class Clock:
        now = 6_000_000.0

        def time(self):
            return self.now

    it = Clock()
    monkeypatch.setattr(throttles, "time", it)
    return it


def try_to_log_in(person, username="owner", password="wrong", **environ):
    body = {"username": username, "password": password}
    return person.client.post("/api/seats/login/", body, content_type="application/json", **environ)


def test_logins_are_counted(owner, stranger, settings, clock):
    settings.THROTTLE_LOGIN = "3/min"
    clock.now += 20
    for _ in range(3):
        problem(try_to_log_in(stranger), 401, "invalid_credentials")

    response = try_to_log_in(stranger, password=PASSWORD)

    problem(response, 429, "throttled")
    assert response.headers["Retry-After"] == "40"


def test_waiting_helps(owner, stranger, settings, clock):
    settings.THROTTLE_LOGIN = "1/min"
    try_to_log_in(stranger)
    problem(try_to_log_in(stranger), 429, "throttled")

    clock.now += 60

    problem(try_to_log_in(stranger), 401, "invalid_credentials")


def test_another_name_on_the_same_address_is_counted_apart(owner, stranger, settings, clock):
    settings.THROTTLE_LOGIN = "1/min"
    try_to_log_in(stranger)

    problem(try_to_log_in(stranger, "rival"), 401, "invalid_credentials")
    problem(try_to_log_in(stranger, "OWNER"), 429, "throttled")


def test_nobody_locks_somebody_else_out(owner, stranger, settings, clock):
    """The same name from another address is counted apart."""
    settings.THROTTLE_LOGIN = "1/min"
    try_to_log_in(stranger)
    try_to_log_in(stranger)

    response = try_to_log_in(stranger, password=PASSWORD, REMOTE_ADDR="192.0.2.7")

    assert response.status_code == 200


def test_one_address_cannot_try_every_name(stranger, db, settings, clock):
    settings.THROTTLE_LOGIN = "2/min"
    statuses = [try_to_log_in(stranger, f"name{n}").status_code for n in range(21)]

    assert statuses == [401] * 20 + [429]


def test_registrations_are_counted(stranger, db, settings, clock):
    settings.THROTTLE_REGISTER = "2/hour"
    clock.now = 3600.0 * 1000 + 600

    for number in range(2):
        body = {"username": f"new{number}", "password": PASSWORD}
        assert stranger.post("/api/seats/register/", body).status_code == 201
    response = stranger.post("/api/seats/register/", {"username": "new2", "password": PASSWORD})

    problem(response, 429, "throttled")
    assert response.headers["Retry-After"] == "3000"


def test_writes_are_counted_for_each_customer(owner, rival, show, settings, clock):
    settings.THROTTLE_WRITE = "2/min"
    owner.hold(show, "A1")
    owner.book(show)

    problem(owner.hold(show, "A2"), 429, "throttled")
    problem(owner.release(show), 429, "throttled")
    problem(owner.extend(show), 429, "throttled")
    problem(owner.cancel("AAAA-AAAA"), 429, "throttled")
    assert rival.hold(show, "A2").status_code == 200
    assert owner.get("/api/seats/my-holds/").status_code == 200


def test_a_throttled_request_changes_nothing_and_is_not_remembered(owner, show, settings, clock):
    settings.THROTTLE_WRITE = "1/min"
    owner.hold(show, "A1")
    problem(owner.hold(show, "A2", **{"Idempotency-Key": "k"}), 429, "throttled")

    clock.now += 60
    response = owner.hold(show, "A2", **{"Idempotency-Key": "k"})

    assert response.status_code == 200
    assert "Idempotency-Replayed" not in response.headers


def test_they_can_be_switched_off(owner, show, settings):
    settings.THROTTLE_WRITE = None

    assert {owner.hold(show, "A1").status_code for _ in range(150)} == {200}


@pytest.mark.parametrize(
    ("behind_proxy", "environ", "address"),
    [
        (False, {}, "127.0.0.1"),
        (False, {"HTTP_X_FORWARDED_FOR": "1.2.3.4", "HTTP_X_REAL_IP": "5.6.7.8"}, "127.0.0.1"),
        (True, {}, "127.0.0.1"),
        (True, {"HTTP_X_FORWARDED_FOR": "9.9.9.9, 1.2.3.4"}, "1.2.3.4"),
        (True, {"HTTP_X_FORWARDED_FOR": "9.9.9.9", "HTTP_X_REAL_IP": "5.6.7.8"}, "5.6.7.8"),
        (True, {"HTTP_X_FORWARDED_FOR": ""}, "127.0.0.1"),
        (False, {"REMOTE_ADDR": ""}, ""),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:3::4"}, "20010db800010002"),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:ffff::9"}, "20010db800010002"),
        (False, {"REMOTE_ADDR": "fe80::1%eth0"}, "fe80000000000000"),
    ],
)
def test_whose_address_counts(rf, settings, behind_proxy, environ, address):
    settings.BEHIND_PROXY = behind_proxy

    assert throttles.client_address(rf.get("/", **environ)) == address


@pytest.mark.parametrize("behind_proxy", [False, True])
@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"HTTP_X_REAL_IP": "5.6.7.8"}, "5.6.7.8"),
        ({"HTTP_X_FORWARDED_FOR": "9.9.9.9", "HTTP_X_REAL_IP": "5.6.7.8"}, "5.6.7.8"),
        ({"HTTP_X_FORWARDED_FOR": "9.9.9.9"}, "127.0.0.1"),
    ],
)
def test_whose_address_counts_on_pythonanywhere(rf, settings, behind_proxy, environ, address):
    settings.PYTHONANYWHERE = True
    settings.BEHIND_PROXY = behind_proxy

    assert throttles.client_address(rf.get("/", **environ)) == address


def test_an_ipv4_address_written_as_ipv6_is_counted_as_itself(rf):
    first = throttles.client_address(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.1"))
    second = throttles.client_address(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.2"))

    assert (first, second) == ("192.0.2.1", "192.0.2.2")


def test_registering_again_and_again_does_not_tell_who_exists(db, settings, clock):
    """Whether a name is taken costs a registration each time it is asked."""
    settings.THROTTLE_REGISTER = "1/hour"
    Person("owner")
    asking = Person()
    body = {"username": "owner", "password": PASSWORD}
    problem(asking.post("/api/seats/register/", body), 409, "username_taken")

    problem(asking.post("/api/seats/register/", body), 429, "throttled")
