"""The poll: what has changed since the caller last asked."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request

from seats import availability, feed
from seats.api import conditional, fields
from seats.api.base import SHARED, Endpoint
from seats.api.schema import shapes
from seats.api.schema.describe import SHOW_ID, operation, query

# The longest a poll may wait for something new, where the server can afford to let it.
MAX_WAIT_SECONDS = 60


class Status(Endpoint):
    """The same for every caller, so nobody is asked who they are. The feed has the bytes ready."""

    authentication_classes = []
    cache_control = SHARED

    @operation(
        "What has changed",
        "For pages that follow a show. Send the `cursor` of one answer as `since` of the next, and"
        " wait `poll_after_ms` in between.",
        answer="SeatStatus",
        errors=["invalid", "show_not_found"],
        parameters=[
            SHOW_ID,
            query("since", shapes.TEXT, "The cursor of an earlier answer."),
            query(
                "wait",
                shapes.COUNT,
                "How many seconds, up to 60, to wait for something new. A server that does not"
                " serve push answers at once.",
            ),
        ],
        etag=True,
    )
    def poll_status(self, request: Request) -> HttpResponseBase:
        show_id = fields.show_id_of(request.query_params)
        fields.integer_of(request.query_params, "wait", low=0, high=MAX_WAIT_SECONDS)
        if show_id is None:
            show_id = availability.next_show_id()
        status = feed.status_answer(
            show_id,
            request.query_params.get("since"),
            is_kept=conditional.is_kept(request.META),
        )
        known = conditional.unless_known(request, status.etag)
        if known is not None:
            patch_vary_headers(known, ["Accept-Encoding"])
            return known
        readable = conditional.codings(request.headers.get("Accept-Encoding", ""))
        coding, body = status.coded(readable)
        answer = HttpResponse(body, content_type="application/json", headers={"ETag": status.etag})
        if coding:
            answer.headers["Content-Encoding"] = coding
        patch_vary_headers(answer, ["Accept-Encoding"])
        return answer
