"""Query parameters: decimal digits or a kind refusal, at every address that reads them."""

import pytest

from tests.api.people import problem

PUBLIC = ["/api/seats/", "/api/seat-status/", "/api/seats/events/"]
PRIVATE = ["/api/seats/my-holds/"]

NONSENSE = [
    "show_id=abc",
    "show_id=",
    "show_id=%20",
    "show_id=1%00",
    "show_id=%00",
    "show_id=-1",
    "show_id=%2B1",
    "show_id=0",
    "show_id=00",
    "show_id=01",
    "show_id=1.0",
    "show_id=1e3",
    "show_id=1_0",
    "show_id=0x1",
    "show_id=%EF%BC%91",
    "show_id=%D9%A1",
    "show_id=%FF",
    "show_id=%ED%A0%80",
    "show_id=true",
    "show_id=null",
    "show_id=[1]",
    "show_id=1%0A",
    f"show_id={2**63}",
    f"show_id={10**40}",
    "show_id=" + "9" * 5000,
    "show_id=1&show_id=2",
    "show_id=1;show_id=2",
]


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE])
@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense(owner, show, path, query):
    response = owner.client.get(f"{path}?{query}", headers=owner.headers)

    assert list(problem(response, 400, "invalid")["errors"]) == ["show_id"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_largest_id_is_merely_unknown(stranger, show, path):
    problem(stranger.get(path, {"show_id": 2**63 - 1}), 404, "show_not_found")


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE])
def test_parameters_we_do_not_know_are_ignored(owner, show, path):
    response = owner.get(path, {"show_id": show.pk, "other": "\0", "SHOW_ID": "x", "": "1"})

    assert response.status_code == 200
