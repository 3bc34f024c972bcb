from collections.abc import Iterator

import pytest

from proof.stage import Installation


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A database on SQLite with shows nobody else uses, and a place for servers."""
    with Installation.of("sqlite") as ready:
        yield ready
