"""Measures, prints one page, and writes it into docs/performance.md.

    python -m benchmarks                          everything but push (about twelve minutes)
    python -m benchmarks --quick                  a glance: few rounds, nothing written
    python -m benchmarks --only polls --only halls
    python -m benchmarks --only push              one that has a section of its own, into it

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
    logins,
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
    "logins": logins.measure,
    "memory": memory.measure,
    "nginx": nginx.measure,
    "large-hall": large_hall.measure,
    "push": push.measure,
}
# What stands together on the page, and is written when all of it has been measured. Push needs more
# packages, and a machine that does nothing else: it is measured when it is asked for.
SECTIONS = {
    "figures": ["polls", "writes", "halls", "shows", "logins", "memory", "large-hall"],
    "viewers": ["viewers"],
    "nginx": ["nginx"],
    "push": ["push"],
}
EVERYTHING = [name for name in PARTS if name != "push"]
PAGE = ROOT / "docs" / "performance.md"


def marks(section: str) -> re.Pattern[str]:
    """Where a section of the page begins and ends."""
    return re.compile(rf"(<!-- {section} -->\n).*?(<!-- end of {section} -->)", re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be repeated")
    parser.add_argument("--quick", action="store_true", help="few rounds, nothing is written")
    given = parser.parse_args()
    asked = given.only or EVERYTHING
    sections = {name: [part for part in parts if part in asked] for name, parts in SECTIONS.items()}
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        run = Run(Path(folder), given.quick)
        for section, parts in sections.items():
            if not parts:
                continue
            began = time.monotonic()
            tables: list[Table] = []
            for part in parts:
                tables += PARTS[part](run)
            text = _as_text(tables, time.monotonic() - began)
            print(text, end="\n\n", flush=True)
            if not given.quick and parts == SECTIONS[section]:
                _write(section, text)
    return 0


def _as_text(tables: list[Table], seconds: float) -> str:
    said = [_circumstances(seconds)]
    if any(table.aims for table in tables):
        said.append(f"**{summary(tables)}**")
    return "\n\n".join([*said, *(table.markdown() for table in tables)])


def _write(section: str, text: str) -> None:
    page = PAGE.read_text()
    PAGE.write_text(marks(section).sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page))
    print(f"Written to {PAGE.relative_to(ROOT)}: {section}.", file=sys.stderr)


def _circumstances(seconds: float) -> str:
    load = os.getloadavg()[1]
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} processors for servers, databases"
        f" and clients together, load {load:.1f}; read by {readers.generator()}, written by our own"
        f" callers; measured in {seconds / 60:.0f} minutes on {time.strftime('%Y-%m-%d')}."
    )


if __name__ == "__main__":
    sys.exit(main())
