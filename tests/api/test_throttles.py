"""How often one may try: THROTTLE_LOGIN, THROTTLE_REGISTER, THROTTLE_WRITE."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User

from seats.api import throttles
from seats.customers import attempts, client_address
from seats.models import Attempt
from tests.api.people import PASSWORD, Person, problem


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told otherwise; an hour begins."""

    class Clock:
        now = (time.time() // 3600 + 24) * 3600.0

        def time(self):
            return self.now

    it = Clock()
    monkeypatch.setattr(throttles, "time", it)
    monkeypatch.setattr("seats.database.now", lambda: datetime.fromtimestamp(it.now, UTC))
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


@pytest.mark.parametrize("name", ["OWNER", "Owner", "\uff4fwner", "\uff2f\uff37\uff2e\uff25\uff32"])
def test_another_spelling_of_a_name_is_no_other_name(owner, stranger, settings, clock, name):
    settings.THROTTLE_LOGIN = "1/min"
    try_to_log_in(stranger)

    problem(try_to_log_in(stranger, name), 429, "throttled")


@pytest.mark.parametrize("door", ["/api/seats/login/", "/admin/login/"])
@pytest.mark.parametrize(
    "name", ["\u00f3wner", "o\u0301wner", "owner ", "owner\u00a0", "owner\u3000"]
)
def test_what_a_database_takes_for_a_name_is_not_that_name(owner, settings, name, door):
    """Each would have a count of its own, and MariaDB leads all of them to the owner."""
    settings.THROTTLE_LOGIN = "off"
    User.objects.update(is_staff=True)
    stranger = Person()
    body = {"username": name, "password": PASSWORD}

    if door.startswith("/api"):
        problem(try_to_log_in(stranger, name, PASSWORD), 401, "invalid_credentials")
    elif name.strip() == name:
        # Forms take spaces off by themselves, before anything is counted.
        answer = stranger.client.post(door, body)
        assert answer.status_code == 200
        assert b"Please enter the correct username and password" in answer.content
    assert "_auth_user_id" not in stranger.client.session


def from_everywhere(person, count, start=0, **given):
    """Somebody with many addresses tries a name once from each."""
    return [
        try_to_log_in(person, REMOTE_ADDR=f"198.51.{n // 250}.{n % 250}", **given).status_code
        for n in range(start, start + count)
    ]


def test_one_name_cannot_be_tried_from_everywhere(owner, stranger, settings, clock):
    settings.THROTTLE_LOGIN = "2/min"

    assert from_everywhere(stranger, 13) == [401] * 10 + [429] * 3


def test_a_name_without_an_account_is_counted_like_any_other(db, settings, clock):
    settings.THROTTLE_LOGIN = "2/min"

    assert from_everywhere(Person(), 11, username="nobody") == [401] * 10 + [429]


def test_the_owner_gets_in_where_they_have_been_before(owner, stranger, settings, clock):
    """However hard others try the name from everywhere else."""
    settings.THROTTLE_LOGIN = "2/min"
    clock.now += 60
    assert try_to_log_in(owner, password=PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 200
    clock.now += 29 * 24 * 3600
    assert from_everywhere(stranger, 12)[-1] == 429

    at_home = try_to_log_in(owner, password=PASSWORD, REMOTE_ADDR="192.0.2.7")
    elsewhere = try_to_log_in(owner, password=PASSWORD, REMOTE_ADDR="192.0.2.8")

    assert at_home.status_code == 200
    problem(elsewhere, 429, "throttled")


def test_what_is_refused_uses_up_nothing_of_others(owner, stranger, settings, clock):
    settings.THROTTLE_LOGIN = "2/min"
    for _ in range(50):
        try_to_log_in(stranger)

    assert try_to_log_in(stranger, password=PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert try_to_log_in(stranger, "another").status_code == 401


@pytest.mark.parametrize("username", ["owner", "nobody", "asleep", "without a password"])
def test_it_takes_as_long_whether_or_not_there_is_such_an_account(
    owner, stranger, monkeypatch, username
):
    """What takes long is the hash of a password. One is made, whoever is asked for."""
    asleep = Person("asleep").user
    asleep.is_active = False
    asleep.save()
    Person("without a password").user.set_unusable_password()
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *given, **more: hashed.append(1) or encode(self, *given, **more),
    )

    answer = problem(try_to_log_in(stranger, username), 401, "invalid_credentials")

    assert len(hashed) == 1
    assert answer == problem(try_to_log_in(stranger, "another"), 401, "invalid_credentials")


def test_neither_names_nor_addresses_are_kept(owner, settings):
    try_to_log_in(owner, password=PASSWORD, REMOTE_ADDR="192.0.2.77")

    kept = repr(list(Attempt.objects.values_list()))
    assert Attempt.objects.count() == 7
    assert "owner" not in kept
    assert "192.0.2.77" not in kept


def test_what_counts_for_nothing_any_more_is_forgotten(stranger, db, settings, clock, monkeypatch):
    settings.THROTTLE_LOGIN = "2/min"
    try_to_log_in(stranger)
    assert attempts.forget_old() == 0

    clock.now += 60
    monkeypatch.setattr("seats.customers.attempts.secrets.randbelow", lambda _: 0)
    try_to_log_in(stranger, "another")

    assert Attempt.objects.count() == 3


def test_one_address_cannot_try_every_name(stranger, db, settings, clock):
    settings.THROTTLE_LOGIN = "2/min"
    statuses = [try_to_log_in(stranger, f"name{n}").status_code for n in range(21)]

    assert statuses == [401] * 20 + [429]


def test_registrations_are_counted(stranger, db, settings, clock):
    settings.THROTTLE_REGISTER = "2/hour"
    clock.now += 600

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


def test_a_cache_that_does_not_answer_is_left_alone_for_a_while(monkeypatch, settings):
    """Whoever finds that out has waited for it; the others need not."""
    clock = SimpleNamespace(now=100.0, monotonic=lambda: clock.now, time=lambda: clock.now)
    monkeypatch.setattr(throttles, "time", clock)
    monkeypatch.setattr(throttles, "_cache", throttles._Cache())
    asked = []

    def hangs(*_, **__):
        asked.append(clock.now)
        raise TimeoutError

    monkeypatch.setattr(throttles.cache, "add", hangs)
    settings.THROTTLE_WRITE = "1/min"
    for clock.now in (100.0, 100.1, 101.9, 102.1, 102.2, 104.0, 104.2):
        throttles.refuse_write_flood("somebody")

    assert asked == [100.0, 102.1, 104.2]


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

    assert client_address(rf.get("/", **environ)) == address


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

    assert client_address(rf.get("/", **environ)) == address


def test_an_ipv4_address_written_as_ipv6_is_counted_as_itself(rf):
    first = client_address(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.1"))
    second = client_address(rf.get("/", REMOTE_ADDR="::ffff:192.0.2.2"))

    assert (first, second) == ("192.0.2.1", "192.0.2.2")


def test_registering_again_and_again_does_not_tell_who_exists(db, settings, clock):
    """Whether a name is taken costs a registration each time it is asked."""
    settings.THROTTLE_REGISTER = "1/hour"
    Person("owner")
    asking = Person()
    body = {"username": "owner", "password": PASSWORD}
    problem(asking.post("/api/seats/register/", body), 409, "username_taken")

    problem(asking.post("/api/seats/register/", body), 429, "throttled")
