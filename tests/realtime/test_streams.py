"""Server-Sent Events: exactly what polls say, as it happens."""

import json
import threading
import time

import pytest
from django.db import connection

from seats import feed
from seats.reservations import hold_seats
from tests.engine.house import Poller, looked_at_anew
from tests.realtime.clients import Stream
from tests.realtime.processes import PATIENCE, ask, eventually
from tests.safety.conftest import make_show

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_stream_begins_with_every_seat_and_goes_on_with_what_changes(push, house, owner):
    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_count(1)
    assert stream.heard[0]["full"] is True
    assert stream.seats == looked_at_anew(house.show_id)

    house.hold(owner, "A1", "A2")
    stream.until_status("A2", "HELD")
    house.book(owner, "A1")
    stream.until_status("A1", "BOOKED")
    house.release(owner, "A2")
    stream.until_status("A2", "AVAILABLE")

    assert [body["full"] for body in stream.heard[1:]] == [False] * (len(stream.heard) - 1)
    assert stream.seats == looked_at_anew(house.show_id)
    assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert stream.answer.headers["Cache-Control"] == "no-store"
    assert 1000 <= int(stream.retry) <= 3000
    stream.close()


def test_an_event_is_word_for_word_a_poll(push, house, owner):
    stream = Stream(push.port, f"show_id={house.show_id}")
    first = stream.until_count(1)[0]["cursor"]
    house.hold(owner, "A1")
    event = stream.until_count(2)[1]
    polled = json.loads(push.get(f"/api/seat-status/?show_id={house.show_id}&since={first}")[2])

    for body in (event, polled):
        # When it was said is all that may differ, and how busy the server was then.
        del body["server_time"], body["poll_after_ms"]
    assert event == polled
    stream.close()


def test_a_reader_who_was_away_hears_what_they_missed_and_nothing_twice(push, house, owner):
    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_count(1)
    house.hold(owner, "A1")
    stream.until_status("A1", "HELD")
    stream.close()
    house.hold(owner, "A2")
    house.book(owner, "A1")

    back = Stream(push.port, f"show_id={house.show_id}", Last_Event_ID=stream.cursor)
    again = Stream(push.port, f"show_id={house.show_id}&since={stream.cursor}")

    for reader in (back, again):
        reader.until_status("A1", "BOOKED")
        reader.until_status("A2", "HELD")
        assert not any(body["full"] for body in reader.heard)
        told = [(seat["label"], seat["status"]) for body in reader.heard for seat in body["seats"]]
        assert sorted(told) == [("A1", "BOOKED"), ("A2", "HELD")]
        reader.close()


def test_the_browsers_own_cursor_wins_over_that_of_the_address(push, house, owner):
    old = Poller(house.show_id)
    old.look()
    house.hold(owner, "A1")
    new = Poller(house.show_id)
    new.look()

    stream = Stream(
        push.port, f"show_id={house.show_id}&since={old.cursor}", Last_Event_ID=new.cursor
    )

    assert stream.until_count(1)[0]["seats"] == []
    stream.close()


def test_a_hold_that_ends_by_time_is_told_on_time(push, house, owner, settings):
    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_count(1)
    # A hold may be over before a busy machine has told of it: then one that lasts longer.
    for seconds in (1, 4, 16, 64):
        settings.HOLD_TTL_SECONDS = seconds
        house.hold(owner, "A1")
        version = house.events()[-1].version
        stream.until(lambda version=version: version_of(stream.heard[-1]) >= version)
        if any(seat["status"] == "HELD" for body in stream.heard[1:] for seat in body["seats"]):
            break
    stream.until_status("A1", "AVAILABLE")

    said = [seat["status"] for body in stream.heard[1:] for seat in body["seats"]]
    assert said == ["HELD", "AVAILABLE"]
    assert stream.heard[-1]["full"] is False
    stream.close()


def test_all_readers_end_with_the_true_state(push, serve, house, owner, rival):
    readers = [Stream(push.port, f"show_id={house.show_id}") for _ in range(20)]
    labels = list(house.ids)

    def buy(who, mine):
        for _ in range(8):
            for label in mine:
                house.hold(who, label)
                house.release(who, label)
        connection.close()

    customers = [
        threading.Thread(target=buy, args=(who, mine))
        for who, mine in ((owner, labels[:4]), (rival, labels[4:8]))
    ]
    for thread in customers:
        thread.start()
    for thread in customers:
        thread.join()
    house.hold(owner, *labels[:2])
    house.book(owner)

    state = looked_at_anew(house.show_id)
    for reader in readers:
        reader.until_state(state)
        versions = [version_of(body) for body in reader.heard]
        assert versions == sorted(set(versions))
        reader.close()


def test_a_show_that_is_made_anew_is_told_whole(push, house, owner):
    from seats.domain import MAX_MARK
    from seats.models import ShowTime

    stream = Stream(push.port, f"show_id={house.show_id}")
    stream.until_count(1)
    house.hold(owner, "A1")
    stream.until_status("A1", "HELD")
    # As after a restored backup: another past, and nobody who says so.
    ShowTime.objects.filter(pk=house.show_id).update(born=MAX_MARK - 1, mark=MAX_MARK - 1)

    eventually(lambda: stream.heard[-1]["full"] is True, "a full answer")

    assert stream.seats == looked_at_anew(house.show_id)
    ShowTime.objects.filter(pk=house.show_id).update(mark=house.events()[-1].mark)
    stream.close()


def test_a_stream_ends_with_its_show(push, owner):
    show = make_show()
    path = f"/api/seat-status/stream?show_id={show.pk}"
    stream = Stream(push.port, f"show_id={show.pk}")
    stream.until_count(1)
    show.delete()

    stream.until_over()
    stream.close()

    assert push.get(path)[0] == 404


def test_without_a_show_it_is_the_next_one(push, house):
    stream = Stream(push.port, "")
    assert stream.until_count(1)[0]["show_id"] == house.show_id
    stream.close()


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("show_id=0", {}, 400, "invalid"),
        ("show_id=x", {}, 400, "invalid"),
        ("show_id=1&show_id=2", {}, 400, "invalid"),
        ("show_id=99999999999999999999", {}, 400, "invalid"),
        ("show_id=%00", {}, 400, "invalid"),
        ("show_id=4711", {}, 404, "show_not_found"),
        ("show_id=1", {"Host": "elsewhere.example"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_streamed_is_a_problem(push, house, query, headers, status, code):
    told, named, body = push.get(f"/api/seat-status/stream?{query}", **headers)

    assert (told, json.loads(body)["code"]) == (status, code)
    assert named["content-type"] == "application/problem+json"
    assert named["cache-control"] == "no-store"


def test_a_stream_is_read_and_nothing_else(push, house):
    told, _, body = ask(push, "POST", f"/api/seat-status/stream?show_id={house.show_id}", b"{}")
    assert (told, json.loads(body)["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("since", ["x", "1.1.1.1", "%00", "9" * 200, "1.0.abc.0"])
def test_a_cursor_that_is_none_of_ours_gets_everything(push, house, since):
    stream = Stream(push.port, f"show_id={house.show_id}&since={since}")
    assert stream.until_count(1)[0]["full"] is True
    stream.close()


def test_a_poll_waits_for_a_change(push, house, owner):
    poller = Poller(house.show_id)
    poller.look()
    path = f"/api/seat-status/?show_id={house.show_id}&since={poller.cursor}&wait=25"
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(push.get(path)))
    waiting.start()
    time.sleep(0.3)
    assert answers == []

    house.hold(owner, "B2")
    waiting.join(PATIENCE)

    status, headers, body = answers[0]
    assert status == 200
    assert [seat["label"] for seat in json.loads(body)["seats"]] == ["B2"]
    assert headers["etag"]
    assert headers["cache-control"] == "public, max-age=0, s-maxage=1"


def test_a_poll_waits_for_a_deadline(push, house, owner, settings):
    settings.HOLD_TTL_SECONDS = 1
    held_at = house.hold(owner, "B2").cursor
    path = f"/api/seat-status/?show_id={house.show_id}&since={held_at}&wait=25"
    (seat,) = json.loads(push.get(path)[2])["seats"]
    assert (seat["label"], seat["status"]) == ("B2", "AVAILABLE")


def test_a_poll_waits_no_longer_than_it_was_asked_to(push, house):
    poller = Poller(house.show_id)
    poller.look()
    path = f"/api/seat-status/?show_id={house.show_id}&since={poller.cursor}&wait=1"
    assert json.loads(push.get(path)[2])["seats"] == []
    etag = push.get(path)[1]["etag"]
    assert push.get(path, If_None_Match=etag)[0] == 304


@pytest.mark.parametrize("wait", ["x", "-1", "61", "1&wait=2", "%00"])
def test_a_wait_that_is_none_is_a_problem_everywhere(push, serve, house, wait):
    path = f"/api/seat-status/?show_id={house.show_id}&since=1&wait={wait}"
    for status, _, body in (push.get(path), ask(serve(), "GET", path)):
        assert (status, json.loads(body)["code"]) == (400, "invalid")


def test_without_push_a_poll_does_not_wait(serve, house):
    poller = Poller(house.show_id)
    poller.look()
    path = f"/api/seat-status/?show_id={house.show_id}&since={poller.cursor}&wait=60"
    began = time.monotonic()
    assert ask(serve(), "GET", path)[0] == 200
    assert time.monotonic() - began < 60


def test_a_show_can_be_left_and_watched_again(push, house, owner):
    for label in ("A1", "A2"):
        stream = Stream(push.port, f"show_id={house.show_id}")
        stream.until_count(1)
        hold_seats(owner, house.show_id, names(label))
        stream.until_status(label, "HELD")
        stream.close()
    assert feed.snapshot(house.show_id).stats["held"] == 2


def version_of(body):
    return int(body["cursor"].split(".")[1])


def names(label):
    from seats.domain import SeatNames

    return SeatNames.of(label)
