from collections.abc import Iterator

import pytest
from django.conf import settings

from proof.stage import CannotStart, Installation

KINDS = {"sqlite": "sqlite", "mysql": "mariadb", "postgresql": "postgresql"}


def kind_of_database() -> str:
    """The kind of database this run of the tests is about."""
    return KINDS[settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]]


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A database and a place for servers that nobody else uses, so that it can be harmed."""
    try:
        with Installation.of(kind_of_database()) as ready:
            yield ready
    except CannotStart as missing:
        pytest.skip(f"a database server of the tests' own: {missing}")
