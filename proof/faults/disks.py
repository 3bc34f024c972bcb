"""Disks that lose what was not flushed when the power fails, and disks that are full. SQLite only.

A database server flushes in a way of its own, and its makers test that; SQLite flushes when its
settings, which are ours, say so.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from proof.enrolment import Enrolment
from proof.faults.load import Load
from proof.faults.result import Result
from proof.hall import CouldNotRun, Hall
from proof.journal import Journal
from proof.stage import Installation, shim
from proof.stage.databases import Sqlite
from proof.wire import Address, Switchboard

CLERKS = 4
TORN_VARIANTS = 2
_HEAD = struct.Struct("=cHQI")
_ACKNOWLEDGED = b"A"


# The power fails


@dataclass(slots=True)
class Disk:
    """A file as the disk has it: what was flushed, and what it may or may not have by now."""

    flushed: bytearray
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, at: int, data: bytes) -> None:
        self.pending.append((at, data))

    def flush(self) -> None:
        self.flushed = self._with(self.pending)
        self.pending = []

    def cut(self, size: int) -> None:
        self.flush()
        del self.flushed[size:]

    def after_power_cut(self, luck: Random | None) -> bytearray:
        """What is left. With ``luck`` some of what was not flushed made it, one write in part."""
        if luck is None or not self.pending:
            return self.flushed
        survived = [write for write in self.pending if luck.random() < 0.5]
        if survived:
            at, data = survived.pop(luck.randrange(len(survived)))
            survived.append((at, data[: luck.randrange(len(data) + 1)]))
        return self._with(survived)

    def _with(self, writes: list[tuple[int, bytes]]) -> bytearray:
        image = bytearray(self.flushed)
        for at, data in writes:
            if len(image) < at:
                image.extend(bytes(at - len(image)))
            image[at : at + len(data)] = data
        return image


def power_cut(installation: Installation, result: Result, *, short: bool) -> None:
    """The power fails at every flush and at every promise; everything promised must be there.

    The writes of a real server are recorded and played back onto a disk that forgets what was not
    flushed. With ``synchronous=NORMAL``, the control, it must forget bookings.
    """
    bookings = 12 if short else 120
    show_id = installation.next_show()
    library = shim.build(installation.folder)
    for control in (False, True):
        # Tables and shows are there already; each run begins with a copy of its own.
        file = installation.folder / f"power-{'control' if control else 'full'}.sqlite3"
        source = sqlite3.connect(_file(installation))
        with sqlite3.connect(file) as target:
            source.backup(target)
        source.close()
        target.close()
        cuts, lost, broken = _cuts(installation, show_id, file, library, bookings, control=control)
        if control:
            result.figures["bookings_lost_with_synchronous_normal"] = lost
            result.expect(lost > 0, "the control lost nothing: this proof would not notice")
        else:
            result.figures |= {
                "confirmed_bookings": bookings,
                "power_cuts": cuts,
                "lost_bookings": lost,
            }
            result.expect(not lost, f"{lost} acknowledged bookings were lost")
        result.broken += broken


def _cuts(
    installation: Installation,
    show_id: int,
    file: Path,
    library: Path,
    bookings: int,
    *,
    control: bool,
) -> tuple[int, int, list[str]]:
    """How often the power failed, the most bookings lost in one of them, and what was torn."""
    witness = file.with_suffix(".witness")
    witness.touch()
    holder = sqlite3.connect(file)
    # Open throughout, so that nobody is the last to leave, who would tidy the journal away.
    holder.execute("PRAGMA journal_mode=WAL").fetchone()
    holder.execute("SELECT count(*) FROM seats_seat").fetchone()
    holder.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    base = file.read_bytes()
    more = {
        "DATABASE_URL": f"sqlite:///{file}",
        "LD_PRELOAD": str(library),
        "PROOF_WATCHED": str(file),
        "PROOF_WITNESS": str(witness),
        "PROOF_SQLITE_SYNCHRONOUS": "NORMAL" if control else "FULL",
    }
    with installation.server(more=more) as server:
        _sell(server.address, show_id, witness, bookings)
    holder.close()

    disks = {str(file): Disk(bytearray(base)), f"{file}-wal": Disk(bytearray())}
    promised: set[str] = set()
    luck = Random(7)
    cuts = worst = 0
    broken: list[str] = []
    for kind, path, at, data in _records(witness):
        if kind == _ACKNOWLEDGED:
            promised.add(path)
        elif path in disks:
            if kind == b"S":
                broken += _differences(disks, file, promised, luck)
                cuts += 1 + TORN_VARIANTS
                disks[path].flush()
            elif kind == b"T":
                disks[path].cut(at)
            else:
                disks[path].write(at, data)
                continue
        else:
            continue
        image = _image(disks, file, None)
        worst = max(worst, len(promised - _confirmed(image)))
        cuts += 1
    return cuts, worst, broken


def _sell(address: Address, show_id: int, witness: Path, bookings: int) -> None:
    """Clerks sell seats two by two, and write down each booking once its answer has arrived."""
    lock, left = threading.Lock(), iter(range(bookings))
    with Switchboard(address) as switchboard:
        hall = Hall.find(switchboard.open(), show_id)
        clerks = Enrolment(
            switchboard, hall, Journal(), None, lambda _: None, lambda *_: None
        ).enrol(CLERKS)
        seats = iter(sorted(hall.seats))

        def sell(clerk: int) -> None:
            customer, rng = clerks[clerk], Random(clerk)
            customer.line = switchboard.open()
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                    pair = [next(seats), next(seats)]
                customer.hold(pair, rng)
                answer = customer.book(None, rng)
                if answer is None or not answer.granted or answer.reference is None:
                    raise CouldNotRun(f"a booking was answered with {answer}")
                with lock, witness.open("ab", buffering=0) as log:
                    name = answer.reference.encode()
                    log.write(_HEAD.pack(_ACKNOWLEDGED, len(name), 0, 0) + name)

        with ThreadPoolExecutor(CLERKS) as pool:
            list(pool.map(sell, range(CLERKS)))


def _records(witness: Path) -> Iterator[tuple[bytes, str, int, bytes]]:
    with witness.open("rb") as log:
        while head := log.read(_HEAD.size):
            kind, named, at, length = _HEAD.unpack(head)
            yield kind, log.read(named).decode(), at, log.read(length)


def _image(disks: dict[str, Disk], file: Path, luck: Random | None) -> Path:
    """The files as they are found after a power cut, without the memory that was shared."""
    folder = file.with_suffix(".found")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, disk in disks.items():
        (folder / Path(path).name).write_bytes(disk.after_power_cut(luck))
    return folder / file.name


def _confirmed(image: Path) -> set[str]:
    found = sqlite3.connect(image)
    try:
        rows = found.execute("SELECT reference FROM seats_booking WHERE status = 'confirmed'")
        return {reference for (reference,) in rows}
    finally:
        found.close()


def _differences(disks: dict[str, Disk], file: Path, promised: set[str], luck: Random) -> list[str]:
    """What is half done where only some of the writes before a flush reached the disk."""
    broken = []
    for _ in range(TORN_VARIANTS):
        found = sqlite3.connect(_image(disks, file, luck))
        try:
            (sound,) = found.execute("PRAGMA quick_check").fetchone()
            (versions, events) = found.execute(
                "SELECT (SELECT sum(version) FROM seats_showtime),"
                " (SELECT count(*) FROM seats_seatevent)"
            ).fetchone()
            (booked, sold) = found.execute(
                "SELECT (SELECT count(*) FROM seats_seat WHERE status = 'BOOKED'),"
                " (SELECT coalesce(sum(json_array_length(seats)), 0) FROM seats_booking"
                " WHERE status = 'confirmed')"
            ).fetchone()
        finally:
            found.close()
        if sound != "ok":
            broken.append(f"after {len(promised)} bookings the file was damaged: {sound}")
        if versions != events or booked != sold:
            broken.append(
                f"after {len(promised)} bookings something was half done: versions {versions},"
                f" ledger entries {events}, seats booked {booked}, seats in bookings {sold}"
            )
    return broken


def _file(installation: Installation) -> Path:
    assert isinstance(installation.database, Sqlite)
    return installation.database.file


# The disk is full

# So many answers show that things are one way, or the other.
ENOUGH = 25
MOST_GRANTED = 1000
REFUSED = "503 busy"


def disk_full(installation: Installation, result: Result, *, short: bool) -> None:
    """No file can grow any more, for a while, under load: nothing is lost or half done."""
    library = shim.build(installation.folder)
    full = installation.folder / "disk-is-full"
    times = 1 if short else 6
    show_id = installation.next_show()
    more = {
        "LD_PRELOAD": str(library),
        "PROOF_WATCHED": str(_file(installation)),
        "PROOF_FULL": str(full),
    }
    refused = granted = 0
    with installation.server(more=more) as server:
        load = Load([server.address], show_id, short=short)

        def harm() -> None:
            nonlocal refused, granted
            for _ in range(times):
                _grow(load.granted, ENOUGH, load)
                full.touch()
                refused += _grow(lambda: load.count(REFUSED), ENOUGH, load)
                full.unlink()
                granted += _grow(load.granted, ENOUGH, load)

        load.suffer(harm, result)
        said = server.errors()
    result.figures |= {"times_full": times, "refused_with_503": refused, "granted_after": granted}
    result.expect(refused > 0, "no request noticed that the disk was full")
    result.expect(granted > 0, "nothing was granted once there was room again")
    result.expect(bool(said), "a full disk left no word in the log")
    difference = installation.verify_ledger(show_id)
    result.expect(not difference, difference)


def _grow(figure: Callable[[], int], more: int, load: Load) -> int:
    """Waits until a figure has grown by so much, and returns by how much it has.

    Not for ever: files may have so much room in them that they need not grow.
    """
    before, told = figure(), load.granted()
    load.lasts_until(lambda: figure() >= before + more or load.granted() >= told + MOST_GRANTED)
    return figure() - before
