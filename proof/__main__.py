"""`python -m proof`: everything on every database; `python -m proof faults`: one fault."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from proof.faults import FAULTS, suffer
from proof.figures import table
from proof.figures.run import everything
from proof.stage import DATABASES, CannotStart, Installation

HELD, BROKEN, COULD_NOT_RUN = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(
        prog="python -m proof",
        description="Prove on databases and servers of its own, all on this machine, that no seat "
        "is sold twice and none is lost, whatever breaks. Exit status: 0 held, 1 broken, 2 could "
        "not run.",
    )
    arguments.add_argument("--short", action="store_true", help="minutes instead of many")
    arguments.add_argument(
        "--database",
        action="append",
        choices=list(DATABASES),
        help="only this one; may be given again (default: all three)",
    )
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    faults = arguments.add_subparsers(dest="command").add_parser(
        "faults",
        help="one fault",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="\n".join(f"{name:21}{fault.about}" for name, fault in FAULTS.items()),
    )
    faults.add_argument("--kind", choices=list(FAULTS), required=True)
    faults.add_argument("--database", choices=list(DATABASES), default="sqlite")
    faults.add_argument("--short", action="store_true", help="a few kills instead of a hundred")
    return arguments


def main(argv: list[str] | None = None) -> int:
    options = parser().parse_args(argv)
    return one_fault(options) if options.command == "faults" else all_figures(options)


def one_fault(options: argparse.Namespace) -> int:
    if options.database not in FAULTS[options.kind].databases:
        print(
            f"{options.kind} means nothing on {options.database}; it is for "
            f"{', '.join(FAULTS[options.kind].databases)}."
        )
        return COULD_NOT_RUN
    try:
        with Installation.of(options.database) as installation:
            result = suffer(
                options.kind,
                installation,
                short=options.short,
                tell=lambda text: print(text, file=sys.stderr),
            )
    except (CannotStart, OSError) as reason:
        print(f"Could not run: {reason}")
        return COULD_NOT_RUN
    print("\n".join(result.lines()))
    if result.broken:
        return BROKEN
    return COULD_NOT_RUN if result.not_run else HELD


def all_figures(options: argparse.Namespace) -> int:
    begin = time.monotonic()
    found, not_run = everything(options.database or list(DATABASES), short=options.short)
    results = [result for every in found.values() for result in every.values()]
    print("\n".join(table.lines(found, not_run)))
    print(f"\n{table.verdict(results)} ({time.monotonic() - begin:.0f} s)")
    if options.json:
        told = {"results": [result.to_json() for result in results], "not_run": not_run}
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    if any(result.broken for result in results):
        return BROKEN
    return HELD if any(result.passed for result in results) else COULD_NOT_RUN


if __name__ == "__main__":
    # Whoever ends this politely has the servers ended, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted. What was started has been ended.")
