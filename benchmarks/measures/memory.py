"""What one worker keeps in memory."""

from __future__ import annotations

from benchmarks.measures.polls import PATH
from benchmarks.page import Table
from benchmarks.run import Run
from benchmarks.servers import OURS, served
from benchmarks.stores import store


def measure(run: Run) -> list[Table]:
    run.say("memory")
    many = 200 if run.quick else 2000
    table = Table("Memory of one worker", ["after polls of", "resident MB"])
    with store("SQLite", run.folder) as sqlite:
        made = sqlite.lay_out(halls=[[20, 25, 1, 0], [4, 10, many, 0], [250, 200, 1, 0.5]])
        small, shows, large = (hall["shows"] for hall in made["halls"])
        with served(OURS, sqlite, workers=1) as ours:
            ours.get("/healthz")
            table.add("nothing", f"{ours.memory():.0f}")
            for name, asked in (
                ("a show of 500 seats", small),
                (f"{many:,} shows of 40 seats", shows),
                ("a show of 50,000 seats", large),
            ):
                for show in asked:
                    ours.get(PATH.format(show), {"Accept-Encoding": "gzip, deflate, br"})
                table.add(name, f"{ours.memory():.0f}")
    return [table]
