"""Broken requests, as bytes on the wire: what clumsy clients send by mistake and others on purpose.

Nearly all are one good request, which would hold seat A1 for somebody with a valid token, with one
thing wrong about it: whatever is let through by mistake has an effect that can be seen.
"""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

HOLD = "/api/seats/hold-batch/"
KB = 1024


@dataclass(frozen=True)
class Scene:
    """Whose good request is broken: a show that is on sale, and a token that is valid."""

    show_id: int = 1
    token: str = "f" * 64

    @property
    def good_body(self) -> bytes:
        return json.dumps({"show_id": self.show_id, "seats": ["A1"]}).encode()

    def request(
        self,
        body: bytes | None = None,
        *more: bytes,
        method: bytes = b"POST",
        target: bytes | str = HOLD,
        version: bytes = b"HTTP/1.1",
        without: tuple[bytes, ...] = (),
        length: bytes | None = None,
    ) -> bytes:
        """The good request, but for what is named. ``more`` are whole lines of headers."""
        body = self.good_body if body is None else body
        target = target.encode() if isinstance(target, str) else target
        lines = {
            b"Host": b"127.0.0.1",
            b"Authorization": b"Token " + self.token.encode(),
            b"Content-Type": b"application/json",
            b"Content-Length": b"%d" % len(body) if length is None else length,
        }
        return b"\r\n".join(
            [
                method + b" " + target + b" " + version,
                *(name + b": " + value for name, value in lines.items() if name not in without),
                *more,
                b"",
                body,
            ]
        )

    def with_body(self, **members: Any) -> bytes:
        return self.request(
            json.dumps({"show_id": self.show_id, "seats": ["A1"], **members}).encode()
        )

    def chunked(self, raw: bytes, coding: bytes = b"chunked") -> bytes:
        return self.request(raw, b"Transfer-Encoding: " + coding, without=(b"Content-Length",))


Cases = Iterator[tuple[str, bytes]]
Kind = Callable[[Scene], Cases]


def framing(it: Scene) -> Cases:
    good, body = it.request(), it.good_body
    for name, length in {
        "negative": b"-5",
        "with a plus": b"+%d" % len(body),
        "of letters": b"abc",
        "hexadecimal": b"0x2b",
        "of two numbers": b"%d %d" % (len(body), len(body)),
        "a list that disagrees": b"%d, 7" % len(body),
        "empty": b"",
        "beyond all numbers": b"9" * 60,
        "with an underscore": b"4_3",
        "in other digits": "\uff14\uff13".encode(),
    }.items():
        yield f"length: {name}", it.request(length=length)
    yield "length: more than comes", it.request(length=b"%d" % (len(body) + 50))
    yield "length: less than comes", it.request(length=b"%d" % (len(body) - 5))
    yield "length: twice, different", it.request(None, b"Content-Length: 7")
    yield "length: and chunks", it.request(None, b"Transfer-Encoding: chunked")
    # What a proxy that believes the length would take for the body is a request of its own here.
    inner = it.request()
    yield (
        "smuggled behind chunks",
        it.request(b"0\r\n\r\n" + inner, b"Transfer-Encoding: chunked"),
    )
    yield (
        "smuggled behind a strange coding",
        it.request(b"0\r\n\r\n" + inner, b"Transfer-Encoding: \x0bchunked"),
    )
    yield "a line without a colon", it.request(None, b"nonsense")
    yield "a header without a name", it.request(None, b": value")
    yield "a blank before the colon", it.request(None, b"X-Thing : value")
    yield "a blank before the first header", good.replace(b"\r\nHost", b"\r\n Host", 1)
    yield "a folded header", it.request(None, b"X-Thing: a", b"\tb")
    yield "a name in brackets", it.request(None, b"X(Thing): a")
    yield "a name that is not ASCII", it.request(None, "X-Gerät: a".encode())
    yield "NUL in a header", it.request(None, b"X-Thing: a\0b")
    yield "NUL in the name of a header", it.request(None, b"X-\0Thing: a")
    yield "a lone CR in a header", it.request(None, b"X-Thing: a\rX-Other: b")
    yield "more headers than anybody has", it.request(None, *[b"X-Thing: a"] * 300)
    yield "a header without end", it.request(None, b"X-Thing: " + b"a" * 70 * KB)
    yield "no such version", it.request(version=b"HTTP/3.7")
    yield "a version in words", it.request(version=b"HTTP/one")
    yield "another protocol", it.request(version=b"FTP/1.1")
    yield "no version", good.replace(b" HTTP/1.1", b"", 1)
    yield "too many words", it.request(version=b"HTTP/1.1 please")
    yield "no address", good.replace(HOLD.encode() + b" ", b"", 1)
    yield "an address of many KB", it.request(target=HOLD + "?" + "a" * 9 * KB)
    yield "a method in brackets", it.request(method=b"PO(ST")
    yield "a method that is not ASCII", it.request(method="PÖST".encode())
    yield "a TLS handshake", bytes.fromhex("16030100c8010000c40303") + b"\x5a" * 60
    yield "the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield "somebody's mail server", b"EHLO cinema.example\r\n\r\n"
    yield "a PROXY line", b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 443\r\n" + good
    yield "an SSH greeting", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
    yield "bytes of any kind", bytes(range(1, 256)) + b"\r\n\r\n"
    yield "a serialized object", pickle.dumps({"a": 1}) + b"\r\n\r\n"
    yield "cut off in the first line", good[:12]
    yield "cut off in the headers", good[:60]
    yield "cut off in the body", good[:-3]


def chunks(it: Scene) -> Cases:
    body = it.good_body
    whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    for name, raw in {
        "a size of letters": b"zz\r\n" + body + b"\r\n0\r\n\r\n",
        "a negative size": b"-5\r\n" + body + b"\r\n0\r\n\r\n",
        "a size without end": b"f" * 400 + b"\r\n" + body,
        "a size with 0x": b"0x%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        "no size": b"\r\n" + body + b"\r\n0\r\n\r\n",
        "a size too small": b"5\r\n" + body + b"\r\n0\r\n\r\n",
        "a size too large": b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) + 9, body),
        "no last one": b"%x\r\n%s\r\n" % (len(body), body),
        "not one": b"",
        "a lone LF": whole.replace(b"\r\n", b"\n"),
    }.items():
        yield f"chunks: {name}", it.chunked(raw)
    yield "chunks: more than is taken", it.chunked(b"%x\r\n" % (600 * KB) + b" " * 600 * KB)
    for coding in (
        b"chunky",
        b"chunked, chunked",
        b"chunked, identity",
        b"gzip",
        b"",
        b"\xffchunked",
    ):
        yield f"coding: {coding.decode('latin-1')}", it.chunked(whole, coding)


def documents(it: Scene) -> Cases:
    good = it.good_body
    deep = 4_000
    for name, body in {
        "cut off": good[:-1],
        "twice": good + good,
        "a comma too many": good[:-1] + b",}",
        "with a comment": good + b"// please",
        "in single quotes": good.replace(b'"', b"'"),
        "without quotes": good.replace(b'"', b""),
        "of JavaScript": b'{"show_id": undefined, "seats": ["A1"]}',
        "of Python": b'{"show_id": None, "seats": ["A1"]}',
        "not a number": b'{"show_id": NaN, "seats": ["A1"]}',
        "infinite": b'{"show_id": -Infinity, "seats": ["A1"]}',
        "beyond floats": b'{"show_id": 1e999, "seats": ["A1"]}',
        "with a number of 5,000 digits": b'{"show_id": ' + b"9" * 5000 + b"}",
        "with a zero in front": b'{"show_id": 01, "seats": ["A1"]}',
        "hexadecimal": b'{"show_id": 0x1, "seats": ["A1"]}',
        "with a member twice": good[:-1] + b', "show_id": 1}',
        "with a byte order mark": b"\xef\xbb\xbf" + good,
        "in UTF-16": good.decode().encode("utf-16"),
        "in UTF-32": good.decode().encode("utf-32"),
        "in Latin-1": b'{"show_id": 1, "seats": ["\xc41"]}',
        "in overlong UTF-8": b'{"show_id": 1, "seats": ["\xc1\x811"]}',
        "with half a surrogate pair": b'{"show_id": 1, "seats": ["\\ud800"]}',
        "with a surrogate in UTF-8": b'{"show_id": 1, "seats": ["\xed\xa0\x80"]}',
        "with NUL": good + b"\0",
        "with NUL in a text": b'{"show_id": 1, "seats": ["A1\\u0000"]}',
        "with a line break in a text": b'{"show_id": 1, "seats": ["A\n1"]}',
        "with an escape nobody knows": b'{"show_id": 1, "seats": ["\\x41"]}',
        "of deep lists": b"[" * deep + b"]" * deep,
        "of deep objects": b'{"a":' * deep + b"1" + b"}" * deep,
        "of blanks": b"   \r\n\t ",
        "a list": b"[" + good + b"]",
        "a text": b'"A1"',
        "a number": b"1",
        "null": b"null",
        "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "a form": b"show_id=1&seats=A1",
        "compressed": gzip.compress(good),
        "pickled": pickle.dumps({"show_id": 1}),
        "nothing": b"",
    }.items():
        yield f"document: {name}", it.request(body)


def members(it: Scene) -> Cases:
    for show_id in ("1", 1.0, True, None, [it.show_id], {"id": it.show_id}, -1, 0, 2**63, 10**90):
        yield (
            f"show_id: {str(show_id)[:30]}, {type(show_id).__name__}",
            it.with_body(show_id=show_id),
        )
    yield "show_id: 1e0", it.request(b'{"show_id": 1e0, "seats": ["A1"]}')
    yield "show_id: left out", it.request(b'{"seats": ["A1"]}')
    for seats in ("A1", 1, None, True, {}, {"0": "A1"}, [], [[]], [["A1"]], [None], [True], [1.5]):
        yield f"seats: {json.dumps(seats)}", it.with_body(seats=seats)
    for seat in (
        {},
        {"row": "A"},
        {"row": "A", "number": "1"},
        {"row": "A", "number": 1.0},
        {"row": "A", "number": True},
        {"row": "A", "number": -1},
        {"row": 1, "number": 1},
        {"row": None, "number": 1},
        {"row": ["A"], "number": 1},
        {"row": "A" * 5, "number": 1},
        {"row": "", "number": 1},
        {"row": "A", "number": 10**20},
        {"__proto__": {"row": "A", "number": 1}},
    ):
        yield f"seat: {json.dumps(seat)}", it.with_body(seats=[seat])
    yield "seats and seat_ids", it.with_body(seat_ids=[1])
    for ids in ("1", [], ["1"], [1.0], [True], [None], [0], [-1], [2**63], [[1]], {"0": 1}):
        body = json.dumps({"show_id": it.show_id, "seat_ids": ids}).encode()
        yield f"seat_ids: {json.dumps(ids)}", it.request(body)


def names(it: Scene) -> Cases:
    """Texts that mean something to somebody else: a database, a template, a shell, a terminal."""
    for label in (
        "A1' OR '1'='1",
        "A1; DROP TABLE seats_seat",
        "A1%",
        "A_",
        "{{7*7}}",
        "${jndi:ldap://cinema.example/a}",
        "../../etc/passwd",
        "A1\r\nSet-Cookie: a=b",
        "\u202eA1",
        "\x1b[31mA1",
        "\uff211",
        "A\u0661",
        "A1\u0301",
        "A-",
        "A0",
        "A1.0",
        "A+1",
        "A 1",
        "\U0001f4ba",
        "=1+1",
    ):
        yield f"label: {label!a}", it.with_body(seats=[label])
    for route in ("login", "register"):
        for name, body in {
            "NUL in the name": b'{"username": "a\\u0000b", "password": "correct horse battery"}',
            "half a pair in the name": b'{"username": "\\udc00", "password": "correct horse"}',
            "a list for a name": b'{"username": ["owner"], "password": "correct horse battery"}',
            "an object for a password": b'{"username": "owner", "password": {"$ne": null}}',
            "no password": b'{"username": "owner"}',
            "an empty name": b'{"username": "", "password": "correct horse battery"}',
            "a long name": b'{"username": "%s", "password": "correct horse"}' % (b"a" * 151),
            "a long password": b'{"username": "a", "password": "%s"}' % (b"a" * 1001),
        }.items():
            yield f"{route}: {name}", it.request(body, target=f"/api/seats/{route}/")
    for name, username, email in (
        ("a name with a line break", "a\nb", ""),
        ("a name with blanks", " owner two ", ""),
        ("a name with a tag", "<script>", ""),
        ("an address with a line break", "somebody", "a@example.org\nBcc: b@example.org"),
        ("no address", "somebody", "somebody"),
    ):
        given = {"username": username, "password": "correct horse battery", "email": email}
        yield (
            f"register: {name}",
            it.request(json.dumps(given).encode(), target="/api/seats/register/"),
        )


def sizes(it: Scene) -> Cases:
    yield "a body of 300 KB", it.request(it.good_body + b" " * 300 * KB)
    yield "a body that says 5 GB", it.request(length=b"%d" % (5 * KB**3))
    yield "501 seats", it.with_body(seats=[f"A{n}" for n in range(1, 502)])
    yield "30,000 seats", it.with_body(seats=["A1"] * 30_000)
    yield "a label of 100 KB", it.with_body(seats=["A" * 100 * KB])
    yield "a name of 100 KB", it.with_body(seats=["?"], **{"a" * 100 * KB: 1})
    yield "a key of 300 characters", it.request(None, b"Idempotency-Key: " + b"k" * 300)
    yield (
        "a token of 5 KB",
        it.request(None, b"Authorization: Token " + b"a" * 5 * KB, without=(b"Authorization",)),
    )


def kinds_of_body(it: Scene) -> Cases:
    for kind in (
        b"text/plain",
        b"text/html",
        b"application/xml",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"multipart/form-data; boundary=",
        b"application/json; charset=utf-16",
        b"application/json; charset=\xff",
        b"application/json; charset=idna",
        b"application/json-patch+json",
        b"json",
        b"/",
        b"*/*; q=;;;",
        b"application/json\x7f",
        b"",
    ):
        yield (
            f"kind: {kind.decode('latin-1')}",
            it.request(None, b"Content-Type: " + kind, without=(b"Content-Type",)),
        )
    yield "kind: left out", it.request(without=(b"Content-Type",))
    yield "kind: two", it.request(None, b"Content-Type: text/plain")
    yield (
        "compressed, and says so",
        it.request(gzip.compress(it.good_body), b"Content-Encoding: gzip"),
    )
    for accept in (b"text/html", b"application/xml", b"image/*;q=1", b"a", b"a/b/c"):
        yield f"accept: {accept.decode()}", it.request(None, b"Accept: " + accept)


def methods(it: Scene) -> Cases:
    for method in (b"GET", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"PROPFIND", b"POSTS", b"post"):
        yield f"method: {method.decode()}", it.request(method=method)
    yield "method: CONNECT", it.request(method=b"CONNECT", target="127.0.0.1:22")
    yield "method: overridden", it.request(None, b"X-HTTP-Method-Override: POST", method=b"GET")
    yield "method: a very long one", it.request(method=b"A" * 2000)
    for target in ("shows/", "my-holds/", "events/", "me/"):
        yield f"POST to {target}", it.request(target=f"/api/seats/{target}")
    yield "POST to the poll", it.request(target="/api/seat-status/")
    yield "DELETE a booking", it.request(method=b"DELETE", target="/api/seats/bookings/AAAA-AAAA/")


def headers(it: Scene) -> Cases:
    for host in (
        b"cinema.invalid",
        b"127.0.0.1, cinema.invalid",
        b"a b",
        b"",
        b"[::1",
        b"127.0.0.1:x",
        b"127.0.0.1/../",
        b"127.0.0.1@cinema.invalid",
        b"\xff.example",
    ):
        yield (
            f"host: {host.decode('latin-1')}",
            it.request(None, b"Host: " + host, without=(b"Host",)),
        )
    yield "host: two", it.request(None, b"Host: cinema.invalid")
    for said in (
        b"Token",
        b"Token ",
        b"Token nobody",
        b"Token " + it.token.encode() + b" and more",
        b"Token " + it.token[:-1].encode(),
        b"Token ' OR 1=1 --",
        b"Token \xc3\x28",
        b"Bearer " + it.token.encode(),
        b"Basic b3duZXI6cGFzc3dvcmQ=",
        b"Digest username=owner",
        it.token.encode(),
        b"",
    ):
        yield (
            f"authorization: {said.replace(it.token[:-1].encode(), b'...').decode('latin-1')}",
            it.request(None, b"Authorization: " + said, without=(b"Authorization",)),
        )
    stranger = (b"Authorization",)
    yield "authorization: none", it.request(without=stranger)
    for cookie in (
        b"sessionid=\x01",
        b"sessionid=" + b"a" * 32,
        b"sessionid=../../x",
        b"=;=;;\xff",
        b"sessionid=" + b"a" * 5 * KB,
    ):
        yield (
            f"cookie: {cookie[:12].decode('latin-1')} of {len(cookie)}",
            it.request(None, b"Cookie: " + cookie, without=stranger),
        )
    yield "from another site", it.request(None, b"Sec-Fetch-Site: cross-site", without=stranger)
    yield "from another origin", it.request(None, b"Origin: https://evil.example", without=stranger)
    yield "from no origin", it.request(None, b"Origin: null", without=stranger)
    for key in (b"", b"\xe9", b"a\tb", b"a" * 256):
        yield f"key: {key[:8].decode('latin-1')}", it.request(None, b"Idempotency-Key: " + key)
    yield "expects what nobody does", it.request(None, b"Expect: 200-maybe")
    yield (
        "says twice how it came",
        it.request(None, b"X-Forwarded-Proto: https", b"X-Forwarded-Ssl: off"),
    )


def addresses(it: Scene) -> Cases:
    for target in (
        b"/api/seats/hold-batch/\x00",
        b"/api/seats/hold-batch/%00",
        b"/api/seats/hold-batch/%ff%fe",
        b"/api/seats/hold-batch//",
        b"/api/seats/hold-batch/../hold-batch/",
        b"/api/seats/hold-batch/%2e%2e/",
        b"//api/seats/hold-batch/",
        b"/api/seats/hold-batch;a=b/",
        b"/API/seats/hold-batch/",
        b"/api/seats/h\xc3\xb6ld-batch/",
        b"/api/seats/bookings/%00/cancel/",
        b"/api/seats/bookings/%F0%9F%92%BA/cancel/",
        b"/api/seats/bookings/" + b"A" * 3000 + b"/cancel/",
        b"/api/seats/bookings/..%2f..%2fcancel/cancel/",
        b"/api/seats/bookings/'%20OR%201=1/cancel/",
        b"/api/.env",
        b"/api/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        b"api/seats/hold-batch/",
        b"*",
        b"http://[::1/api/seats/hold-batch/",
    ):
        yield f"address: {target[:44].decode('latin-1')}", it.request(target=target)


def queries(it: Scene) -> Cases:
    for path, query in (
        ("seat-status/", "show_id="),
        ("seat-status/", "show_id=1.0"),
        ("seat-status/", "show_id=-1"),
        ("seat-status/", "show_id=%00"),
        ("seat-status/", "show_id=1&show_id=2"),
        ("seat-status/", "show_id=99999999999999999999"),
        ("seat-status/", "show_id=%D9%A1"),
        ("seat-status/", "show_id=[]"),
        ("seats/", "show_id=1%20OR%201=1"),
        ("seats/", "show_id=0x1"),
        ("seats/shows/", "date=2026-02-30"),
        ("seats/shows/", "date=yesterday"),
        ("seats/shows/", "date=%00"),
        ("seats/shows/", "date=9999999-01-01"),
        ("seats/events/", "after=-1"),
        ("seats/events/", "limit=1000000000"),
        ("seats/events/", "after=1e3"),
        ("seats/my-holds/", "show_id=A"),
        ("seats/shows/0/layout/", ""),
        ("seats/shows/abc/layout/", ""),
        ("seats/shows/99999999999999999999/layout/", ""),
    ):
        yield (
            f"query: {path}?{query}",
            it.request(b"", method=b"GET", target=f"/api/{path}?{query}"),
        )


KINDS: tuple[Kind, ...] = (
    framing,
    chunks,
    documents,
    members,
    names,
    sizes,
    kinds_of_body,
    methods,
    headers,
    addresses,
    queries,
)
