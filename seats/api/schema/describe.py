"""The decorator by which an endpoint says what it takes and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from seats.api.problems import KINDS, MEDIA_TYPE
from seats.api.schema import shapes
from seats.api.schema.shapes import Shape

F = TypeVar("F", bound=Callable[..., Any])

# What can happen to any request, and to any that has a body, a customer, or a limit to its rate.
_ALWAYS: Final = ("not_acceptable", "server_error", "busy")
_WITH_BODY: Final = ("invalid", "cross_origin", "too_large", "unsupported_media_type")
# The stubs know the names of schemes only; names alone would ask for both at once.
_EITHER: Final[Any] = [{"token": []}, {"session": []}]
_WITH_CUSTOMER: Final = ("not_authenticated",)
_WITH_KEY: Final = ("idempotency_in_progress", "idempotency_key_reused")

_STATUS_TEXTS: Final[Mapping[int, str]] = {
    200: "As asked.",
    201: "Made.",
    304: "The client has this answer already.",
}


def query(name: str, shape: Shape, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, shape, OpenApiParameter.QUERY, description=description)


def in_path(name: str, shape: Shape, description: str) -> OpenApiParameter:
    return OpenApiParameter(
        name, shape, OpenApiParameter.PATH, required=True, description=description
    )


def header(name: str, shape: Shape, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, shape, OpenApiParameter.HEADER, description=description)


def answered(name: str, shape: Shape, description: str, *statuses: int) -> OpenApiParameter:
    """A header of answers with these statuses."""
    return OpenApiParameter(
        name,
        shape,
        OpenApiParameter.HEADER,
        description=description,
        response=[str(status) for status in statuses],
    )


SHOW_ID: Final = query("show_id", shapes.ID, "The show. Without it, the next one to begin.")
_IF_NONE_MATCH: Final = header("If-None-Match", shapes.TEXT, "The ETag of an answer one has.")
_KEY_SHAPE: Final[Shape] = {"type": "string", "pattern": "^[ -~]{1,255}$"}


def operation(
    summary: str,
    description: str = "",
    *,
    answer: str | tuple[str, ...],
    status: int = 200,
    errors: Iterable[str] = (),
    body: Any = None,
    parameters: Iterable[OpenApiParameter] = (),
    etag: bool = False,
    private: bool = False,
    posts: bool = False,
    deletes: bool = False,
    replays: bool = False,
    refusal: str | None = None,
) -> Callable[[F], F]:
    """Describes one operation.

    ``answer`` names the shape of success, or the media types of an answer that is no JSON;
    ``errors`` the codes that are particular to it; ``body`` is the serializer of what is sent,
    ``private`` marks a request that needs a customer, ``posts`` an unsafe one with a body,
    ``deletes`` one without, ``replays`` one whose outcome an Idempotency-Key keeps; ``refusal``
    names the shape of errors that have members of their own.
    """
    codes = {*errors, *_ALWAYS}
    codes.update(_WITH_CUSTOMER if private else (), _WITH_BODY if posts else ())
    codes.update(_WITH_KEY if replays else (), ("invalid", "cross_origin") if deletes else ())
    success = [status, 304] if etag else [status]
    answers = (
        {"application/json": shapes.ref(answer)}
        if isinstance(answer, str)
        else dict.fromkeys(answer, shapes.BYTES)
    )
    responses: dict[Any, Any] = {
        (status, media_type): OpenApiResponse(shape, description=_STATUS_TEXTS[status])
        for media_type, shape in answers.items()
    }
    if etag:
        responses[304] = OpenApiResponse(None, description=_STATUS_TEXTS[304])
    responses |= _problems(codes, refusal)
    headers = _headers(success, codes, etag=etag, posts=posts, replays=replays)

    def described(method: F) -> F:
        return extend_schema(
            operation_id=method.__name__,
            # Each noun has a module.
            tags=[method.__module__.rpartition(".")[2]],
            summary=summary,
            description=description,
            request=body,
            auth=_EITHER if private else None,
            responses=responses,
            parameters=[*parameters, *headers],
        )(method)

    return described


def _problems(codes: Iterable[str], refusal: str | None) -> dict[Any, Any]:
    """One response for each status, naming the codes it can have."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(KINDS[code].status, []).append(code)
    responses = {}
    for status, possible in sorted(by_status.items()):
        bodies = [shapes.ref(shapes.problem_name(code)) for code in possible]
        if refusal is not None and status != KINDS["server_error"].status:
            # What nobody foresaw is answered further out, where no view is known.
            bodies = [shapes.ref(refusal)]
        responses[status, MEDIA_TYPE] = OpenApiResponse(
            bodies[0] if len(bodies) == 1 else {"oneOf": bodies},
            description=" · ".join(f"`{code}`: {KINDS[code].title}." for code in possible),
        )
    return responses


def _headers(
    success: list[int], codes: set[str], *, etag: bool, posts: bool, replays: bool
) -> list[OpenApiParameter]:
    statuses = {KINDS[code].status for code in codes}
    every = sorted({*success, *statuses})
    headers = [answered("Cache-Control", shapes.TEXT, "What caches may keep.", *every)]
    if etag:
        headers += [
            _IF_NONE_MATCH,
            answered("ETag", shapes.TEXT, "The name of this answer.", *success),
        ]
    if posts:
        headers += [
            header(
                "Idempotency-Key",
                _KEY_SHAPE,
                "Chosen by the client. A request repeated with its key has its effect once."
                if replays
                else "Accepted, and without effect: doing this twice does no harm.",
            ),
            header("X-Idempotency-Key", _KEY_SHAPE, "Another name for Idempotency-Key."),
        ]
    if replays:
        kept = sorted({*success, 402, 404, 409, 410} & {*success, *statuses})
        headers.append(
            answered(
                "Idempotency-Replayed",
                {"type": "string", "enum": ["true"]},
                "This is the answer a request with the same key got before.",
                *kept,
            )
        )
    if 401 in statuses:
        headers.append(
            answered("WWW-Authenticate", {"type": "string", "enum": ["Token"]}, "How to.", 401)
        )
    waits = sorted(statuses & {429, 503})
    headers.append(
        answered("Retry-After", {"type": "string", "pattern": "^[1-9][0-9]*$"}, "Seconds.", *waits)
    )
    return headers
