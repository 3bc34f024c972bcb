"""The painted hall in a browser: 50,000 seats, half of them sold."""

from __future__ import annotations

import contextlib
import random
import statistics
from typing import TYPE_CHECKING, Any

from benchmarks.page import Aim, Table
from benchmarks.run import Run
from tests.browser import chromium
from tests.browser.cinema import Cinema

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOLD = 24_000
HELD = 1_000
CHANGED = 100
DELTAS = 15
PAN_PIXELS = 2_400
PAN_SECONDS = 3
FRAME = 1000 / 60

# Notes when the page had all it needs, and when the first picture of the hall was out. Afterwards
# it hands the page changes of our own making, each at the very beginning of a frame.
WATCH = """(() => {
  const frame = () => new Promise(requestAnimationFrame);
  const afterwards = () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  });
  const watch = { received: {}, changes: null, deltas: [] };
  window.watch = watch;

  const { fetch } = window;
  window.fetch = (address, { headers, ...options } = {}) => {
    // "Nothing new" would leave nothing to put our changes in.
    if (watch.changes?.length) delete headers['If-None-Match'];
    return fetch(address, { headers, ...options });
  };

  const json = Response.prototype.json;
  Response.prototype.json = async function () {
    const text = await this.text();
    if (/layout/.test(this.url)) watch.received.layout ??= performance.now();
    if (!/seat-status/.test(this.url)) return JSON.parse(text);
    watch.received.status ??= performance.now();
    if (!watch.changes?.length) return JSON.parse(text);
    const body = { ...JSON.parse(text), seats: watch.changes.shift() };
    await frame();
    const began = performance.now();
    // Comes when the frame is over: scripts, styles, layout and paint.
    afterwards().then((drawn) => watch.deltas.push(drawn - began));
    return body;
  };

  async function waitForPicture() {
    for (;;) {
      await frame();
      const canvas = document.querySelector('#hall-view:not([hidden]) canvas');
      if (canvas && canvas.width > 300) break;
    }
    return afterwards();
  }
  watch.picture = waitForPicture();

  watch.frames = async (milliseconds) => {
    const times = [];
    const end = performance.now() + milliseconds;
    while (performance.now() < end) times.push(await frame());
    return times.slice(1).map((time, index) => time - times[index]);
  };
})();"""


def measure(run: Run) -> list[Table]:
    if why := chromium.missing():
        run.say(f"large hall: {why}")
        return []
    cinema = Cinema()
    try:
        show = cinema.backstage.show(hall="Arena")
        labels = cinema.backstage.labels(show)
        chosen = random.Random(5).sample(labels, SOLD + HELD)
        cinema.backstage.book_many(show, chosen[:SOLD])
        cinema.backstage.hold_many(show, chosen[SOLD:])
        address = f"{cinema.server().origin}/?show={show}"
        with chromium.started() as browser:
            visits = []
            for number in range(run.rounds):
                run.say(f"large hall, round {number + 1} of {run.rounds}")
                visits.append(_visit(browser, address))
    finally:
        cinema.end()
    return [_table(visits)]


def _visit(browser: Browser, address: str) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    try:
        page.goto(address)
        picture = "watch.picture.then((out) => out - Math.max(...Object.values(watch.received)))"
        first = page.evaluate(picture)
        page.wait_for_timeout(500)
        seen = {"first": first, "far": _deltas(page)}
        for _ in range(3):
            page.get_by_role("button", name="Closer").click()
        page.wait_for_timeout(500)
        seen["near"] = _deltas(page)
        seen["pan"] = _pan(page)
        return seen
    finally:
        context.close()


def _deltas(page: Page) -> list[float]:
    """Seats of some rows in the middle are held and let go again, a hundred at a time."""
    return page.evaluate(
        """async ([count, changed]) => {
          const show = new URLSearchParams(location.search).get('show');
          const layout = await (await fetch(`/api/seats/shows/${show}/layout/`)).json();
          const rows = [...new Set(layout.seats.map((seat) => seat.row))];
          const middle = new Set(rows.slice(rows.length / 2 - 5, rows.length / 2 + 5));
          const seats = layout.seats
            .filter((seat) => middle.has(seat.row) && Math.abs(seat.number - 125) <= 10)
            .slice(0, changed);
          const told = (status) => seats.map(({ id, row, number, label }) =>
            ({ id, row, number, label, status, held_until: null }));
          watch.deltas = [];
          watch.changes = Array.from({ length: count }, (_, at) =>
            told(at % 2 ? 'AVAILABLE' : 'HELD'));
          while (watch.deltas.length < count) {
            document.dispatchEvent(new Event('visibilitychange'));
            await new Promise((next) => setTimeout(next, 200));
          }
          return watch.deltas;
        }""",
        [DELTAS, CHANGED],
    )


def _pan(page: Page) -> list[float]:
    """Frame times while the wheel turns."""
    box = page.locator("#hall-view").bounding_box()
    assert box is not None
    fingers = page.context.new_cdp_session(page)
    page.evaluate(
        f"watch.panned = watch.frames({PAN_SECONDS * 1000}); 0",
    )
    for sign in (-1, 1, -1):
        with contextlib.suppress(Exception):
            fingers.send(
                "Input.synthesizeScrollGesture",
                {
                    "x": box["x"] + box["width"] / 2,
                    "y": box["y"] + 200,
                    "xDistance": sign * PAN_PIXELS / 3,
                    "yDistance": sign * PAN_PIXELS / 6,
                    "speed": int(PAN_PIXELS / PAN_SECONDS),
                    "gestureSourceType": "mouse",
                },
            )
    return page.evaluate("watch.panned")


def _table(visits: list[dict[str, Any]]) -> Table:
    table = Table(
        "50,000 seats in a browser",
        ["", "median", "from–to", ""],
        "Half sold, in headless Chromium without a graphics processor, at 1360 × 900, beside the"
        f" server. A change is of {CHANGED} seats in the view, and takes from its arrival at the"
        " beginning of a frame until that frame is painted.",
    )
    firsts = [visit["first"] for visit in visits]
    _row(table, "first picture after the data, ms", firsts, Aim(1500, at_most=True))
    frames = [statistics.median(visit["pan"]) for visit in visits]
    rates = [1000 / each for each in frames]
    _row(table, "frames a second while panning", rates, Aim(59))
    slowest = [statistics.quantiles(visit["pan"], n=20)[-1] for visit in visits]
    _row(table, "95 of 100 frames within, ms", slowest, None)
    long = [
        100 * sum(each > 1.5 * FRAME for each in visit["pan"]) / len(visit["pan"])
        for visit in visits
    ]
    _row(table, "frames left out, of 100", long, None)
    for where, name in (("far", "whole hall"), ("near", "nearer")):
        drawn = [each for visit in visits for each in visit[where]]
        _row(table, f"change of {CHANGED} seats, {name}, ms", drawn, Aim(16, at_most=True))
    return table


def _row(table: Table, what: str, values: list[float], aim: Aim | None) -> None:
    value = statistics.median(values)
    table.add(
        what,
        f"{value:,.1f}",
        f"{min(values):,.1f}–{max(values):,.1f}",
        table.aim(what, aim, value),
    )
