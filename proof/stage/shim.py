"""Builds ``shim.c``, which makes disks forget, fill up, and clocks go wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from proof.stage.databases import CannotStart

SOURCE = Path(__file__).with_name("shim.c")


def build(folder: Path) -> Path:
    """The library to preload; raises CannotStart where that cannot be done."""
    library = folder / "shim.so"
    if library.exists():
        return library
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if sys.platform != "linux" or compiler is None:
        raise CannotStart("needs Linux and a C compiler (gcc)")
    done = subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"the C compiler failed: {done.stderr[-800:]}")
    return library
