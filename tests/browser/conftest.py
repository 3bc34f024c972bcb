"""Real browsers at real servers: Chromium, gunicorn, the settings of production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium
from tests.browser.cinema import Backstage, Cinema, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.dashboard import Dashboard

HERE = Path(__file__).parent


class NotHere(pytest.Module):
    """A file of tests where there is no browser to run them in."""

    def collect(self) -> list[pytest.Item]:
        # Before the file is imported: without playwright that would fail.
        pytest.skip(chromium.missing(), allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    return NotHere.from_parent(parent, path=module_path) if chromium.missing() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Of the package, not of the session: the driver's event loop has to be gone before
# the tests of other folders use the ORM in this thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.started() as browser:
        yield browser


@pytest.fixture(scope="package")
def cinema() -> Iterator[Cinema]:
    cinema = Cinema()
    yield cinema
    cinema.end()


@pytest.fixture
def backstage(cinema: Cinema) -> Backstage:
    """The house behind the scenes, cleared of everything that tests before this one left."""
    cinema.backstage.clear()
    return cinema.backstage


@pytest.fixture
def show(backstage: Backstage) -> int:
    """A show of 40 seats, rows A to D."""
    return backstage.show()


@pytest.fixture
def server(cinema: Cinema) -> Server:
    return cinema.server()


@pytest.fixture
def arrive(
    browser: Browser, server: Server, backstage: Backstage
) -> Iterator[Callable[..., Dashboard]]:
    """Somebody comes, with a browser of their own. Named, they have an account and are logged in.

    Whatever a test does, nobody's console may have shown an error or a warning, and
    nobody's browser may have gone anywhere but to us.
    """
    # Not above: without playwright the tests here are to be skipped, not broken.
    from tests.browser.visitors import Visitors

    visitors = Visitors(browser, server, backstage)
    yield visitors.arrive
    visitors.leave()
    assert visitors.complaints() == []
    assert visitors.strangers() == []
