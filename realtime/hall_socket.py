"""``ws …/ws/seats/?show_id=``: what becomes of the seats of one show.

Every change is a ``seat_status_update``; seats that were sold come in a ``seat_update`` as well.
Somebody who asks with ``since`` begins there, and gets a cursor with each message.
"""

from __future__ import annotations

from realtime.asking import ask
from realtime.changes import Change, Follower, of_step, of_whole
from realtime.presence import Presence
from realtime.sockets import SHOW_GONE, Socket, compact
from realtime.streams import show_asked_for
from realtime.tails import Tail, Tails
from realtime.words import HALL_STATUS, with_dash
from seats import feed
from seats.api.problems import Problem, problem_of
from seats.domain import SeatStatus
from seats.errors import SeatError


class HallSockets:
    def __init__(self, tails: Tails, presence: Presence) -> None:
        self._tails = tails
        self._presence = presence

    async def __call__(self, socket: Socket) -> None:
        try:
            show_id = await show_asked_for(socket.request)
            async with self._tails.watching(show_id) as tail, self._presence.of(socket.request):
                await _serve(socket, tail)
        except (Problem, SeatError) as error:
            problem = problem_of(error)
            assert problem is not None
            await socket.complain(problem.code, problem.detail)
            await socket.close(SHOW_GONE)


async def _serve(socket: Socket, tail: Tail) -> None:
    since = socket.request.GET.get("since")
    follower = tail.follow()

    async def tell() -> None:
        if since is not None:
            for change in await _missed(tail, follower, since):
                await _say(socket, change, with_cursor=True)
        while not follower.is_over:
            await follower.wait()
            for change in follower.take():
                await _say(socket, change, with_cursor=since is not None)
        await socket.complain("show_not_found", "There is no such show any more.")
        await socket.close(SHOW_GONE)

    try:
        await socket.open()
        socket.begin(tell)
        async for _ in socket.messages():
            await socket.complain("invalid", "Here one only listens.")
    finally:
        tail.leave(follower)


async def _missed(tail: Tail, follower: Follower, since: str) -> list[Change]:
    progress = await ask(feed.follow, tail.show_id, since)
    follower.skip_to((progress.version, progress.at_ms))
    if progress.whole is not None:
        return [of_whole(progress)]
    told: dict[int, SeatStatus] = {}
    changes = [of_step(step, told) for step in progress.steps]
    return [change for change in changes if change is not None]


async def _say(socket: Socket, change: Change, *, with_cursor: bool) -> None:
    key = ("hall", with_cursor)
    texts = change.texts.get(key)
    if texts is None:
        texts = change.texts[key] = list(_texts(change, with_cursor=with_cursor))
    for text in texts:
        await socket.say(text)


def _texts(change: Change, *, with_cursor: bool) -> list[str]:
    more = {"cursor": change.cursor} if with_cursor else {}
    texts = []
    for status, changes in change.by_status().items():
        labels = [with_dash(each.seat) for each in changes]
        if status is SeatStatus.BOOKED:
            texts.append(compact({"type": "seat_update", "seats": labels, **more}))
        said = {"type": "seat_status_update", "seats": labels, "status": HALL_STATUS[status]}
        texts.append(compact({**said, **more}))
    return texts
