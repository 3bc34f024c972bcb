"""The last slash of an address may be left out, in questions and in writes."""

import re

import pytest

from seats.api.urls import ENDPOINTS


@pytest.mark.parametrize("route", [*ENDPOINTS, "api/docs/"])
def test_with_and_without(client, show, settings, route):
    settings.PAYMENT_MODE = "proof"
    path = re.sub(r"<str:\w+>", str(show.pk), f"/{route}").rstrip("/")
    for method in ("GET", "POST"):
        short, long = (
            client.generic(method, spelled, b"{}", "application/json")
            for spelled in (path, f"{path}/")
        )
        assert short.status_code == long.status_code
        assert short.status_code in {200, 400, 401, 405}


def test_a_write_without_slash_has_its_effect(owner, show):
    body = {"show_id": show.pk, "seats": ["A1"]}

    assert owner.post("/api/seats/hold-batch", body).status_code == 200
