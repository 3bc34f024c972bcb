"""The people of the tests: each with a browser or a token of their own."""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from seats.models import Hold, Seat
from tests.api.contract import check

PASSWORD = "correct horse battery staple"


class Person:
    """Somebody who talks to the API. Every answer is held against the OpenAPI document."""

    def __init__(self, username: str | None = None) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        self.username = username
        self.user = None
        if username is not None:
            self.user = User.objects.create_user(username, f"{username}@example.org", PASSWORD)

    def with_token(self) -> "Person":
        """Logs in the way programs do: no cookies, a token with each request."""
        answer = self.log_in()
        self.client.cookies.clear()
        self.headers["Authorization"] = f"Token {answer['token']}"
        return self

    def log_in(self, **changed: str) -> dict[str, Any]:
        credentials = {"username": self.username, "password": PASSWORD, **changed}
        response = self.post("/api/seats/login/", credentials)
        assert response.status_code == 200, response.content
        return response.json()

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        response = self.client.get(path, query or {}, headers={**self.headers, **headers})
        check("GET", path, response)
        return response

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Posts JSON; a body of bytes is sent as it is, and None sends nothing."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        return self.send("POST", path, raw, "application/json", **headers)

    def send(
        self, method: str, path: str, raw: bytes | str, content_type: str, **headers: str
    ) -> HttpResponse:
        response = self.client.generic(
            method, path, raw, content_type, headers={**self.headers, **headers}
        )
        check(method, path, response)
        return response

    # The main path

    def hold(self, show: Any, *seats: Any, **headers: str) -> HttpResponse:
        return self.post(
            "/api/seats/hold-batch/", {"show_id": show.pk, "seats": list(seats)}, **headers
        )

    def extend(self, show: Any, **headers: str) -> HttpResponse:
        return self.post("/api/seats/extend-hold/", {"show_id": show.pk}, **headers)

    def book(self, show: Any, *seats: Any, **headers: str) -> HttpResponse:
        return self.post("/api/seats/book-batch/", _some(show, seats), **headers)

    def release(self, show: Any, *seats: Any, **headers: str) -> HttpResponse:
        return self.post("/api/seats/release-hold-batch/", _some(show, seats), **headers)

    def cancel(self, reference: str, **headers: str) -> HttpResponse:
        return self.post(f"/api/seats/bookings/{reference}/cancel/", **headers)


def _some(show: Any, seats: tuple[Any, ...]) -> dict[str, Any]:
    return {"show_id": show.pk, "seats": list(seats)} if seats else {"show_id": show.pk}


def lapse() -> None:
    """Lets the deadline of every hold have passed long ago."""
    past = datetime(2001, 1, 1, tzinfo=UTC)
    Hold.objects.update(expires_at=past)
    Seat.objects.filter(status="HELD").update(held_until=past)


def labels(seats: list[dict[str, Any]]) -> list[str]:
    return [seat["label"] for seat in seats]


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which must be this one, as RFC 9457 has it, and kept by nobody."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content[:200]
    body: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"urn:holdfast:problem:{code}"
    assert body["title"]
    assert body["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    return body
