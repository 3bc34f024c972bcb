"""What is too much: connections, lines that are not read, pages of other sites."""

import json
import select
import socket
from contextlib import closing, suppress

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException

from tests.engine.house import House
from tests.realtime.clients import Refused, Socket, Stream
from tests.realtime.processes import ask, eventually
from tests.safety.conftest import make_show

pytestmark = pytest.mark.django_db(transaction=True)

GRACE_SECONDS = 3
NARROW = {
    "PUSH_CONNECTIONS_PER_ADDRESS": "3",
    "PUSH_GRACE_SECONDS": str(GRACE_SECONDS),
    "CSRF_TRUSTED_ORIGINS": "https://partner.example",
}
BEHIND = {"PUSH_CONNECTIONS_PER_ADDRESS": "1", "BEHIND_PROXY": "True", "PUSH_PATIENCE_SECONDS": "1"}


def when_there_is_room(open_one):
    """A connection, once those of before are gone: a server hears of that in its own time."""
    opened = []

    def has_room():
        try:
            opened.append(open_one())
        except (InvalidStatus, Refused):
            return False
        return True

    eventually(has_room, "room")
    return opened[0]


def refused(port, path, **headers):
    with pytest.raises(InvalidStatus) as caught:
        Socket(port, path, **headers)
    return caught.value.response.status_code


@pytest.mark.parametrize("path", ["/ws/seats/", "/ws/seat-updates"])
def test_pages_of_other_sites_are_not_let_in(push, house, path):
    assert refused(push.port, path, Origin="https://elsewhere.example") == 403
    assert refused(push.port, path, Origin="null") == 403
    assert refused(push.port, path, Sec_Fetch_Site="cross-site") == 403
    Socket(push.port, path, Origin=f"http://127.0.0.1:{push.port}").close()
    Socket(push.port, path).close()


def test_sites_that_are_trusted_are_let_in(daphne, house):
    server = daphne(**NARROW)
    trusted = {"Origin": "https://partner.example"}
    when_there_is_room(lambda: Socket(server.port, "/ws/seats/", **trusted)).close()
    path = "/socket.io/?EIO=4&transport=polling"
    answers = []

    def is_let_in():
        answers.append(server.get(path, **trusted))
        return answers[-1][0] == 200

    eventually(is_let_in, "room")
    _, headers, opened = answers[-1]
    assert headers["access-control-allow-origin"] == "https://partner.example"
    # "1" is goodbye.
    assert ask(server, "POST", f"{path}&sid={json.loads(opened[1:])['sid']}", b"1")[0] == 200
    assert refused(server.port, "/ws/seats/", Origin="https://elsewhere.example") == 403


def test_there_are_no_sockets_elsewhere(push, house):
    assert refused(push.port, "/ws/other") == 403
    assert refused(push.port, "/api/seat-status/stream") == 403


def test_an_address_has_so_many_connections_and_no_more(daphne, house):
    server = daphne(**NARROW)
    path = f"/api/seat-status/stream?show_id={house.show_id}"
    # What a client says of its address is believed of proxies only.
    says = {"X_Real_IP": "192.0.2.1", "X_Forwarded_For": "192.0.2.2"}
    wanted = (
        lambda: Stream(server.port, f"show_id={house.show_id}", **says),
        lambda: Socket(server.port, "/ws/seats/", **says),
        lambda: Socket(server.port, "/ws/seat-updates"),
    )
    lines = [when_there_is_room(one) for one in wanted]
    lines[0].until_count(1)
    status, headers, body = server.get(path, X_Real_IP="192.0.2.3")
    assert (status, json.loads(body)["code"]) == (429, "throttled")
    assert headers["retry-after"]
    assert refused(server.port, "/ws/seats/") == 403
    assert server.get("/socket.io/?EIO=4&transport=polling")[0] == 401
    # Pages and polls are counted by nobody here.
    assert server.get(f"/api/seat-status/?show_id={house.show_id}")[0] == 200

    lines.pop().close()
    lines.append(when_there_is_room(lambda: Socket(server.port, "/ws/seats/")))
    for line in lines:
        line.close()


def test_behind_a_proxy_it_is_the_visitors_address(daphne, house):
    server = daphne(**BEHIND)
    path = f"/api/seat-status/stream?show_id={house.show_id}"
    one = Stream(server.port, f"show_id={house.show_id}", X_Real_IP="192.0.2.1")
    one.until_count(1)
    assert server.get(path, X_Real_IP="192.0.2.1")[0] == 429
    other = Stream(server.port, f"show_id={house.show_id}", X_Real_IP="192.0.2.2")
    other.until_count(1)
    for line in (one, other):
        line.close()


def silent(port, path, number):
    """Somebody who asks and then reads nothing at all."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    head = f"Host: 127.0.0.1:{port}\r\nX-Real-IP: 198.51.100.{number}\r\n"
    line.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
    return line


def test_who_does_not_read_is_cut_off_and_costs_no_memory(daphne, owner, settings):
    """Thirty readers who do not read: half a hall of 5,000 seats, held and let go forty times."""
    settings.MAX_SEATS_PER_HOLD = 5000
    settings.HOARD_MAX_SEATS = settings.HOARD_SEAT_MINUTES = None
    server = daphne(**BEHIND)
    show = make_show(rows=50, seats_per_row=100)
    labels = list(show.seats.order_by("id").values_list("label", flat=True))
    house = House(show.pk, {})
    path = f"/api/seat-status/stream?show_id={show.pk}"
    reader = Stream(server.port, f"show_id={show.pk}", X_Real_IP="192.0.2.4")
    reader.until_count(1)
    before = server.memory()

    lines = [silent(server.port, path, number) for number in range(30)]
    try:
        for _ in range(20):
            house.hold(owner, *labels[:2500])
            reader.until_status("A1", "HELD")
            house.release(owner)
            reader.until_status("A1", "AVAILABLE")
        eventually(lambda: all(is_cut(line) for line in lines), "the end of patience")
    finally:
        for line in (*lines, reader):
            line.close()
    # What they were sent is ten times that.
    assert server.memory() - before < 40
    # Whoever was cut off can come back.
    with closing(silent(server.port, path, 1)) as line:
        assert line.recv(12) == b"HTTP/1.1 200"


def is_cut(line):
    """Whether the other side has reset the connection; nothing is read for it."""
    poller = select.poll()
    poller.register(line, select.POLLHUP | select.POLLERR)
    return bool(poller.poll(0))


@pytest.mark.parametrize("path", ["/ws/seats/?show_id=1", "/ws/seat-updates", "/socket.io/"])
def test_without_push_these_addresses_are_not_there(serve, house, path):
    status, headers, body = ask(serve(), "GET", path)
    assert (status, json.loads(body)["code"]) == (404, "not_found")
    assert headers["content-type"] == "application/problem+json"


def test_a_message_of_megabytes_never_gets_in(push, house):
    line = Socket(push.port, "/ws/seat-updates")
    line.until_count(1)
    # The other side may hang up before it has been said.
    with suppress(WebSocketException, OSError):
        line.say("x" * (2 << 20))
    line.until_over()
