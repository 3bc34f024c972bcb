"""The three kinds of database, each private: started, killed and started again at will."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, ClassVar, Protocol

from proof.stage import processes
from proof.stage.ports import free_port, listens

PATIENCE_SECONDS = 90.0
CONNECT_SECONDS = 60
NAME = "holdfast"


class CannotStart(Exception):
    """Something needed is not installed; the text says what."""


class Database(Protocol):
    """A database of one's own. ``kill`` is SIGKILL; ``start`` waits until it answers."""

    kind: ClassVar[str]

    @property
    def url(self) -> str: ...
    @property
    def is_server(self) -> bool: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def end(self) -> None: ...
    def deadlocks(self) -> int | None: ...


class Sqlite:
    """A file. There is no server to kill."""

    kind: ClassVar[str] = "sqlite"
    is_server = False

    def __init__(self, folder: Path) -> None:
        self.file = folder / "holdfast.sqlite3"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def start(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)

    def kill(self) -> None:
        raise CannotStart("SQLite has no server that could be killed")

    def end(self) -> None:
        """A file needs no ending."""

    def deadlocks(self) -> int | None:
        return None


class _Server:
    """What the two kinds of server have in common."""

    kind: ClassVar[str]
    is_server = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.port = free_port()
        self.process: processes.Process | None = None

    def start(self) -> None:
        if self.data.exists():
            self._launch()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lay_out()
        for attempt in range(3):
            try:
                self._launch()
            except OSError:
                # Between choosing a port and using it somebody else may have taken it.
                if attempt == 2 or not listens(self.port):
                    raise
                self.port = free_port()
            else:
                break
        self._make_database()

    def _launch(self) -> None:
        with self.log.open("ab") as output:
            self.process = processes.start(self._command(), output, cwd="/", **self._identity())
        processes.wait_until(
            self._answers, self.process, PATIENCE_SECONDS, self.log, f"the {self.kind} server"
        )

    def kill(self) -> None:
        assert self.process is not None
        processes.kill(self.process)

    def end(self) -> None:
        if self.process is not None:
            processes.end(self.process)

    def _identity(self) -> dict[str, Any]:
        return {}

    def _lay_out(self) -> None:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _connect(self) -> Any:
        raise NotImplementedError

    def _make_database(self) -> None:
        raise NotImplementedError

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except Exception:  # noqa: BLE001 - drivers have errors of their own; any means not yet
            return False
        return True

    def _ask(self, question: str) -> Any:
        with contextlib.closing(self._connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(question)
            return cursor.fetchone()


class MariaDb(_Server):
    """A MariaDB server with its defaults: each commit is flushed.

    ``more`` are further options for when it is started next.
    """

    kind: ClassVar[str] = "mariadb"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.more: list[str] = []

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/{NAME}"

    def _lay_out(self) -> None:
        _found("mariadbd", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/opt/mariadb/bin")
        install = _found("mariadb-install-db", "/usr/bin", "/usr/local/bin")
        run(
            [
                install,
                "--no-defaults",
                f"--datadir={self.data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._as_root(),
            ]
        )

    def _command(self) -> list[str]:
        return [
            _found("mariadbd", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/opt/mariadb/bin"),
            "--no-defaults",
            f"--datadir={self.data}",
            f"--port={self.port}",
            f"--socket={self.folder}/socket",
            f"--pid-file={self.folder}/pid",
            "--bind-address=127.0.0.1",
            "--character-set-server=utf8mb4",
            *self.more,
            *self._as_root(),
        ]

    def end_of_log(self) -> tuple[str, int]:
        """File and place to which the binary log is written; it has to be switched on."""
        row = self._ask("SHOW MASTER STATUS")
        return str(row[0]), int(row[1])

    def _as_root(self) -> list[str]:
        return ["--user=root"] if os.geteuid() == 0 else []

    def _connect(self) -> Any:
        try:
            import MySQLdb  # only who asks for this database needs the driver
        except ImportError as missing:
            raise CannotStart("no driver: pip install -r requirements-mysql.txt") from missing
        return MySQLdb.connect(
            host="127.0.0.1", port=self.port, user="root", connect_timeout=CONNECT_SECONDS
        )

    def _make_database(self) -> None:
        self._ask(f"CREATE DATABASE IF NOT EXISTS {NAME} CHARACTER SET utf8mb4")

    def deadlocks(self) -> int | None:
        row = self._ask("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        return int(row[1]) if row else None


class PostgreSql(_Server):
    """A PostgreSQL server with its defaults: each commit is flushed."""

    kind: ClassVar[str] = "postgresql"

    @property
    def url(self) -> str:
        return f"postgres://holdfast@127.0.0.1:{self.port}/{NAME}"

    def _lay_out(self) -> None:
        initdb = find_postgresql("initdb")
        if os.geteuid() == 0:
            # It refuses to work for root, and its account must be able to reach the folder.
            shutil.chown(self.folder, "postgres")
            self.folder.parent.chmod(0o755)
        self.log.touch()
        run(
            [initdb, "-D", str(self.data), "-A", "trust", "-U", "holdfast", "-E", "UTF8"],
            ["--no-locale"],
            **self._identity(),
        )

    def _command(self) -> list[str]:
        return [
            find_postgresql("postgres"),
            *("-D", str(self.data)),
            *("-p", str(self.port)),
            *("-h", "127.0.0.1"),
            *("-k", str(self.folder)),
        ]

    def kill(self) -> None:
        """Its processes are no group: those that outlive the first keep others from starting."""
        assert self.process is not None
        processes.kill_family(self.process)

    def _identity(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        return {"user": "postgres", "group": "postgres", "extra_groups": []}

    def _connect(self) -> Any:
        try:
            import psycopg  # only who asks for this database needs the driver
        except ImportError as missing:
            raise CannotStart("no driver: pip install -r requirements-postgres.txt") from missing
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="holdfast",
            dbname="postgres",
            connect_timeout=CONNECT_SECONDS,
            autocommit=True,
        )

    def _make_database(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {NAME}")

    def deadlocks(self) -> int | None:
        row = self._ask("SELECT sum(deadlocks) FROM pg_stat_database")
        return int(row[0]) if row else None


DATABASES: dict[str, type[Sqlite] | type[MariaDb] | type[PostgreSql]] = {
    database.kind: database for database in (Sqlite, MariaDb, PostgreSql)
}


def _found(program: str, *places: str) -> str:
    """Where a program is: servers are often outside of everybody's path."""
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(places))
    if path is None:
        raise CannotStart(f"{program} is not installed")
    return path


def find_postgresql(program: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return _found(program, *map(str, versions), "/usr/local/bin", "/opt/homebrew/bin")


def run(command: list[str], more: list[str] | None = None, **options: Any) -> None:
    done = subprocess.run(
        [*command, *(more or [])], capture_output=True, cwd="/", check=False, **options
    )
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")[-800:]
        raise CannotStart(f"{Path(command[0]).name} failed:\n{said}")
