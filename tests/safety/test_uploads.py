"""Uploads at a real server: how much of them is read, and by whom."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from proof.stage import Server
from seats import payments
from seats.models import PaymentProof
from tests.api.pictures import FORM, URL, chunk, form, part, picture
from tests.safety.conftest import Serve, token_of
from tests.safety.wire import Answer, converse

Send = Callable[[Server, str, bytes], Answer]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("private") / "proofs"


@pytest.fixture
def server(serve: Serve, folder: Path) -> Server:
    return serve(PAYMENT_MODE="proof", PAYMENT_PROOF_DIR=str(folder))


@pytest.fixture
def token(transactional_db: None) -> str:
    return token_of("owner")


def ask(server: Server, token: str, body: bytes, *headers: str) -> Answer:
    known = [f"Authorization: Token {token}"] if token else []
    lines = [f"POST {URL} HTTP/1.1", "Host: localhost", *known, f"Content-Type: {FORM}", *headers]
    (answer,) = converse(server.port, "\r\n".join([*lines, "", ""]).encode() + body)
    return answer


def with_length(server: Server, token: str, body: bytes) -> Answer:
    return ask(server, token, body, f"Content-Length: {len(body)}", "Connection: close")


def in_chunks(server: Server, token: str, body: bytes, size: int = 60_000) -> Answer:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    told = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return ask(
        server, token, told + b"0\r\n\r\n", "Transfer-Encoding: chunked", "Connection: close"
    )


def of_size(length: int) -> bytes:
    """A picture of that many bytes, most of which say nothing."""
    data = picture()
    noise = random.Random(1).randbytes(length - len(data) - 12)
    end = data.rindex(b"IEND") - 4
    return data[:end] + chunk(b"noIs", noise) + data[end:]


@pytest.mark.parametrize("send", [with_length, in_chunks])
def test_5_mb_are_taken_and_a_byte_more_is_not(server: Server, token: str, send: Send) -> None:
    assert send(server, token, form(part(of_size(payments.MAX_BYTES)))).status == 201
    assert send(server, token, form(part(of_size(payments.MAX_BYTES + 1)))).status == 413
    assert send(server, token, form(part(bytes(9_000_000)))).status == 413
    assert PaymentProof.objects.count() == 1


def test_a_length_nobody_keeps_to(server: Server, token: str) -> None:
    body = form(part(picture()))
    assert (
        ask(server, token, body, "Content-Length: 99999999999", "Connection: close").status == 413
    )
    assert ask(server, token, body, "Content-Length: 300000", "Connection: close").status == 400
    assert PaymentProof.objects.count() == 0


def test_other_addresses_take_no_more_than_before(server: Server, token: str) -> None:
    lines = ["POST /api/seats/hold-batch/ HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"Authorization: Token {token}", "Content-Type: application/json"]
    body = b" " * 300_000
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()

    (answer,) = converse(server.port, head + body)

    assert (answer.status, answer.json()["code"]) == (413, "too_large")


def test_strangers_are_sent_away_first(server: Server, folder: Path) -> None:
    before = sorted(folder.glob("*"))
    assert with_length(server, "", form(part(picture()))).status == 401
    assert sorted(folder.glob("*")) == before


def test_large_pictures_wait_for_each_other(server: Server, token: str) -> None:
    """Four at once, of 100 MB each when they are decoded; the server stays far below that."""
    written = BytesIO()
    Image.new("RGB", (5000, 5000), "blue").save(written, "JPEG")
    body = form(part(written.getvalue()))

    def until_it_is_their_turn(_: int) -> Answer:
        answer = with_length(server, token, body)
        while answer.status == 503:
            # Whoever has waited for long is asked to come again.
            answer = with_length(server, token, body)
        return answer

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(until_it_is_their_turn, range(4)))
    assert [answer.status for answer in answers] == [201] * 4
    assert max(map(_peak_mb, server.worker_pids())) < 400


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
