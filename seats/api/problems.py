"""Every error the API answers: one table from code to status, one shape (RFC 9457), one way out.

Refusals of the engine (``SeatError``), of the API itself (``Problem``) and of REST framework are
turned into ``application/problem+json`` by ``problem_response``. What happens outside a view, such
as an unknown host name or an unexpected error, is caught by ``ProblemsMiddleware``.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

from seats import wording
from seats.errors import Busy, SeatError, TooOften

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:holdfast:problem:"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same in every error of one code."""

    status: int
    title: str


KINDS: Final[Mapping[str, Kind]] = {
    "invalid": Kind(400, gettext_noop("The request is not valid")),
    "not_authenticated": Kind(401, gettext_noop("Please log in")),
    "invalid_credentials": Kind(401, gettext_noop("Name or password is wrong")),
    "payment_required": Kind(402, gettext_noop("Not paid yet")),
    "cross_origin": Kind(403, gettext_noop("Sent from another site")),
    "forbidden": Kind(403, gettext_noop("Not allowed")),
    "not_found": Kind(404, gettext_noop("No such address")),
    "show_not_found": Kind(404, gettext_noop("No such show")),
    "seat_not_found": Kind(404, gettext_noop("No such seat")),
    "booking_not_found": Kind(404, gettext_noop("No such booking")),
    "payment_proof_not_found": Kind(404, gettext_noop("No such proof of payment")),
    "method_not_allowed": Kind(405, gettext_noop("Method not allowed")),
    "not_acceptable": Kind(406, gettext_noop("Not available in that format")),
    "seats_unavailable": Kind(409, gettext_noop("Seats are taken")),
    "not_held": Kind(409, gettext_noop("Seats are not held")),
    "sales_closed": Kind(409, gettext_noop("Sales have closed")),
    "seat_limit": Kind(409, gettext_noop("Too many seats")),
    "extension_limit": Kind(409, gettext_noop("The hold cannot be extended")),
    "username_taken": Kind(409, gettext_noop("Name is taken")),
    "idempotency_in_progress": Kind(409, gettext_noop("The same request is running")),
    "not_cancellable": Kind(409, gettext_noop("The booking cannot be cancelled")),
    "not_in_review": Kind(409, gettext_noop("The booking is not in review")),
    "hold_expired": Kind(410, gettext_noop("The hold has expired")),
    "too_large": Kind(413, gettext_noop("The request is too large")),
    "unsupported_media_type": Kind(415, gettext_noop("Not a format that is read here")),
    "idempotency_key_reused": Kind(422, gettext_noop("Idempotency-Key was used before")),
    "throttled": Kind(429, gettext_noop("Too many requests")),
    "server_error": Kind(500, gettext_noop("Something went wrong here")),
    "busy": Kind(503, gettext_noop("Too busy at this moment")),
    "not_ready": Kind(503, gettext_noop("Not ready")),
}

# What is said of an answer that some other part of Django made, knowing only its status.
_BY_STATUS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("invalid", gettext_noop("The server could not make sense of this request.")),
    403: ("forbidden", gettext_noop("This is not allowed.")),
    404: ("not_found", gettext_noop("There is nothing at this address.")),
    405: ("method_not_allowed", gettext_noop("This address does not know that method.")),
    413: ("too_large", gettext_noop("The request is too large.")),
    500: ("server_error", gettext_noop("Something went wrong on our side. Please try again.")),
}


class Problem(Exception):
    """An error the API itself finds, before or beside the engine."""

    def __init__(
        self,
        code: str,
        detail: str,
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.detail = detail
        self.facts = dict(facts or {})
        self.headers = dict(headers or {})
        super().__init__(detail)

    @classmethod
    def invalid(cls, field: str, *texts: str) -> Problem:
        """Something is wrong with one field, parameter or header."""
        return cls("invalid", f"{field}: {texts[0]}", {"errors": {field: list(texts)}})


def body_of(problem: Problem) -> bytes:
    kind = KINDS[problem.code]
    members = {
        "type": TYPE_PREFIX + problem.code,
        "title": gettext(kind.title),
        "status": kind.status,
        "detail": problem.detail,
        "code": problem.code,
        **problem.facts,
    }
    return json.dumps(members).encode()


def answer(problem: Problem) -> HttpResponse:
    """The problem as an HTTP response. No cache may keep it."""
    status = KINDS[problem.code].status
    headers = {"Cache-Control": "no-store", **problem.headers}
    if status == 401:
        headers.setdefault("WWW-Authenticate", "Token")
    if status in {429, 503}:
        headers.setdefault("Retry-After", "1")
    return HttpResponse(body_of(problem), status=status, content_type=MEDIA_TYPE, headers=headers)


def problem_response(exception: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """REST framework's exception handler. None leaves the unexpected to Django, which logs it.

    A view that speaks to clients of another kind adds members by ``in_other_words``.
    """
    if isinstance(exception, OperationalError | InterfaceError):
        # The client can only try again; somebody has to see to the database.
        logger.error("The database failed.", exc_info=exception)
    if isinstance(exception, exceptions.UnsupportedMediaType):
        exception = _unreadable(context["view"].reads)
    problem = problem_of(exception)
    if problem is None:
        return None
    in_other_words = getattr(context.get("view"), "in_other_words", None)
    if in_other_words is not None:
        problem.facts |= in_other_words(problem)
    return answer(problem)


def problem_of(exception: Exception) -> Problem | None:
    """The problem an exception stands for; None for one that nobody foresaw."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, SeatError):
        return _refusal(exception)
    if isinstance(exception, OperationalError | InterfaceError):
        return Problem(
            "busy", gettext("The database cannot be had at this moment. Please try again.")
        )
    if isinstance(exception, exceptions.ValidationError):
        errors = _flat(exception.detail)
        return Problem("invalid", _first_of(errors), {"errors": errors})
    if isinstance(exception, exceptions.Throttled):
        return _throttled(exception)
    known = (said for kind, said in _OF_FRAMEWORK.items() if isinstance(exception, kind))
    said = next(known, None)
    return None if said is None else _told(said)


_OF_FRAMEWORK: Final[Mapping[type[Exception], tuple[str, str]]] = {
    exceptions.NotAuthenticated: ("not_authenticated", gettext_noop("Please log in first.")),
    exceptions.AuthenticationFailed: (
        "not_authenticated",
        gettext_noop("The token in the Authorization header is not valid. Please log in again."),
    ),
    exceptions.PermissionDenied: _BY_STATUS[403],
    PermissionDenied: _BY_STATUS[403],
    exceptions.NotFound: _BY_STATUS[404],
    Http404: _BY_STATUS[404],
    exceptions.MethodNotAllowed: _BY_STATUS[405],
    exceptions.NotAcceptable: (
        "not_acceptable",
        gettext_noop("This address answers in JSON only."),
    ),
}


def _unreadable(reads: str) -> Problem:
    return Problem(
        "unsupported_media_type", gettext("Send the body as %(format)s.") % {"format": reads}
    )


def _told(said: tuple[str, str]) -> Problem:
    code, sentence = said
    return Problem(code, gettext(sentence))


def _refusal(error: SeatError) -> Problem:
    """What the engine says no to."""
    headers: dict[str, str] = {}
    if isinstance(error, Busy | TooOften):
        headers["Retry-After"] = str(error.retry_after)
    if error.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Problem(error.code, wording.refusal(error), wording.facts(error), headers)


def _throttled(exception: exceptions.Throttled) -> Problem:
    # The stubs do not know the attribute.
    seconds = max(1, math.ceil(getattr(exception, "wait", None) or 1))
    return Problem(
        "throttled",
        wording.wait(seconds),
        headers={"Retry-After": str(seconds)},
    )


def _flat(detail: Any) -> dict[str, list[str]]:
    """What serializers complain about, as field → texts."""
    if not isinstance(detail, Mapping):
        return {"body": [str(text) for text in detail]}
    return {str(field): [str(text) for text in texts] for field, texts in detail.items()}


def _first_of(errors: Mapping[str, list[str]]) -> str:
    field, texts = next(iter(errors.items()))
    return f"{field}: {texts[0]}"


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The view behind every address below /api/ that is no other's."""
    return answer(_told(_BY_STATUS[404]))


def is_ours(path: str) -> bool:
    """Whether an address belongs to the API, so that all its errors are problem+json."""
    return path.startswith("/api/") or path in {"/api", "/healthz", "/healthz/"}


def is_for_a_program(request: HttpRequest, status: int) -> bool:
    """Whether an error has to be a problem. Outside the API, browsers say that they want pages."""
    if is_ours(request.path_info):
        return True
    return status in _BY_STATUS and "text/html" not in request.headers.get("Accept", "")


class ProblemsMiddleware:
    """Turns errors that no view of the API made into problems, in development as in production.

    Everywhere for programs; for browsers at the API's addresses only.

    The outermost middleware: host names, sessions and unexpected exceptions fail further in, with
    pages for people (and with ``DEBUG`` with pages full of source). Headers they set are kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            response.status_code >= 400
            and isinstance(response, HttpResponse)
            and response.headers.get("Content-Type") != MEDIA_TYPE
            and is_for_a_program(request, response.status_code)
        ):
            made = answer(_told(_BY_STATUS.get(response.status_code, _BY_STATUS[500])))
            response.status_code = made.status_code
            response.content = made.content
            for name, value in made.items():
                response[name] = value
            response["Content-Length"] = str(len(made.content))
        return response
