"""Starting and ending processes: only those started here are ever ended here."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

Process = subprocess.Popen[bytes]


def start(command: list[str], output: IO[bytes], **options: Any) -> Process:
    """A process in a group of its own, so that its children can be ended with it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,
    )


def started(
    command: list[str],
    log: Path,
    is_ready: Callable[[], bool],
    patience: float,
    what: str,
    **options: Any,
) -> Process:
    """A process that is ready, writing to its log; where it never is, OSError and no process."""
    with log.open("ab") as output:
        process = start(command, output, **options)
    try:
        wait_until(is_ready, process, patience, log, what)
    except BaseException:
        kill(process)
        raise
    return process


def kill(process: Process) -> None:
    """The whole group at once, without a word, as a power cut or the kernel would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_family(process: Process, patience: float = 60.0) -> None:
    """A process and its children, which need not be of its group; returns when they are gone."""
    with contextlib.suppress(ProcessLookupError):
        # So that none is born meanwhile.
        os.kill(process.pid, signal.SIGSTOP)
    family = children(process.pid)
    kill(process)
    for child in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + patience
    while any(map(lives, family)) and time.monotonic() < deadline:
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end(process: Process, patience: float = 60.0) -> None:
    """Politely, and then not."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill(process)


def children(pid: int) -> list[int]:
    """The processes a process has started, the oldest first."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append((int(fields[19]), int(status.parent.name)))
    return [child for _, child in sorted(found)]


def wait_until(
    is_so: Callable[[], bool], process: Process, patience: float, log: Path, what: str
) -> None:
    """Waits for something to be ready; raises OSError with the end of its log if it never is."""
    deadline = time.monotonic() + patience
    while not is_so():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            raise OSError(f"{what} did not start:\n{said}")
        time.sleep(0.05)
