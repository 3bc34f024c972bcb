"""Measures, prints one page, and writes it into docs/performance.md.

    python -m benchmarks                          everything (about ten minutes)
    python -m benchmarks --quick                  a glance: few rounds, nothing written
    python -m benchmarks --only polls --only halls
    python -m benchmarks --only push              push, into a section of its own

Servers, databases and clients share one machine, so rates differ from run to run. A ratio
compares two servers that were measured one right after the other; it is the median of several such
pairs, and how far they were apart stands beside it.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import readers
from benchmarks.measures import (
    halls,
    large_hall,
    memory,
    nginx,
    polls,
    push,
    shows,
    viewers,
    writes,
)
from benchmarks.page import Table, summary
from benchmarks.run import Run
from benchmarks.stores import ROOT

PARTS = {
    "polls": polls.measure,
    "writes": writes.measure,
    "halls": halls.measure,
    "shows": shows.measure,
    "viewers": viewers.measure,
    "memory": memory.measure,
    "nginx": nginx.measure,
    "large-hall": large_hall.measure,
    "push": push.measure,
}
EVERYTHING = [name for name in PARTS if name != "push"]
PAGE = ROOT / "docs" / "performance.md"
MARKS = re.compile(r"(<!-- figures -->\n).*?(<!-- end of figures -->)", re.DOTALL)
# A part of its own: it needs more packages, and a machine that does nothing else.
PUSH_MARKS = re.compile(r"(<!-- push -->\n).*?(<!-- end of push -->)", re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="few rounds, nothing is written")
    given = parser.parse_args()
    began = time.monotonic()
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        run = Run(Path(folder), given.quick)
        for name, measure in PARTS.items():
            if name in (given.only or EVERYTHING):
                tables += measure(run)
    page = "\n\n".join(
        [
            _circumstances(time.monotonic() - began),
            f"**{summary(tables)}**",
            *(table.markdown() for table in tables),
        ]
    )
    print(page)
    if not given.quick and given.only in (None, ["push"]):
        _write(page, PUSH_MARKS if given.only else MARKS)
        print(f"\nWritten to {PAGE.relative_to(ROOT)}.", file=sys.stderr)
    return 0


def _write(page: str, between: re.Pattern[str]) -> None:
    text = PAGE.read_text()
    PAGE.write_text(between.sub(lambda marks: f"{marks[1]}\n{page}\n\n{marks[2]}", text))


def _circumstances(seconds: float) -> str:
    load = os.getloadavg()[1]
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors for servers, databases"
        f" and clients together, load {load:.1f}; read by {readers.generator()}, written by our own"
        f" callers; measured in {seconds / 60:.0f} minutes on {time.strftime('%Y-%m-%d')}."
    )


if __name__ == "__main__":
    sys.exit(main())
