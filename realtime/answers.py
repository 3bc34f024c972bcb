"""Refusals as answers of HTTP: problem documents, like those of the API."""

from __future__ import annotations

from realtime.scopes import Send
from seats.api import problems
from seats.api.problems import Problem


async def refuse(send: Send, problem: Problem) -> None:
    """Answers a request with a problem document."""
    answer = problems.answer(problem)
    headers = [
        (b"content-length", str(len(answer.content)).encode()),
        (b"x-content-type-options", b"nosniff"),
        *(
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.items()
            if name.lower() != "content-length"
        ),
    ]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
