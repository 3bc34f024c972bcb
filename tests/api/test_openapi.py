"""GET /api/schema/: true for every address. (Each answer in these tests is held against it.)"""

import io
import json
import re

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from seats.api.schema.document import document
from seats.api.serializers.requests import NamedSeats
from seats.api.urls import ENDPOINTS
from tests.api.contract import described, registry


def test_it_is_served(client, db):
    response = client.get("/api/schema/")

    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["openapi"].startswith("3.")
    assert response.headers["Cache-Control"] == "public, max-age=300"
    etag = response.headers["ETag"]
    assert client.get("/api/schema/", headers={"If-None-Match": etag}).status_code == 304


def test_it_is_valid_and_nothing_in_it_was_guessed():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_it_has_every_endpoint_once():
    routes = {re.sub(r"<str:(\w+)>", r"{\1}", f"/{route}") for route in ENDPOINTS}

    assert set(described()["paths"]) == routes - {"/api/schema/"}


def test_it_has_the_methods_we_answer():
    for route, (_, actions) in ENDPOINTS.items():
        path = re.sub(r"<str:(\w+)>", r"{\1}", f"/{route}")
        if path != "/api/schema/":
            assert set(described()["paths"][path]) == set(actions) - {"head"}


def test_every_shape_is_a_schema_and_is_used():
    text = document()[0].decode()
    for name, shape in described()["components"]["schemas"].items():
        Draft202012Validator.check_schema(shape)
        if not name.endswith("Problem"):
            assert f"#/components/schemas/{name}" in text, name


def test_all_that_it_refers_to_is_there():
    text = document()[0].decode()
    for name in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        assert name in described()["components"]["schemas"]


def test_writes_name_their_keys_and_errors():
    hold = described()["paths"]["/api/seats/hold-batch/"]["post"]

    assert {"Idempotency-Key", "X-Idempotency-Key"} <= {it["name"] for it in hold["parameters"]}
    assert set(hold["responses"]) == {
        *("200", "400", "401", "403", "404", "406", "409", "413", "415", "422", "429"),
        *("500", "503"),
    }
    assert "Idempotency-Replayed" in hold["responses"]["409"]["headers"]
    assert "Retry-After" in hold["responses"]["429"]["headers"]
    assert hold["security"] == [{"token": []}, {"session": []}]


def test_the_poll_names_its_headers():
    poll = described()["paths"]["/api/seat-status/"]["get"]

    assert {"ETag", "Cache-Control"} <= set(poll["responses"]["200"]["headers"])
    assert "content" not in poll["responses"]["304"]
    assert {it["name"] for it in poll["parameters"]} == {
        "show_id",
        "since",
        "wait",
        "If-None-Match",
    }


BODIES = [
    {"show_id": 1, "seats": ["A1", {"row": "a", "number": 2}]},
    {"show_id": 1, "seat_ids": [1, 2]},
    {"show_id": 1, "seats": ["A-01"], "other": None},
    {"show_id": 1},
    {"show_id": 1, "seats": ["A1"], "seat_ids": [1]},
    {"show_id": "1", "seats": ["A1"]},
    {"show_id": 0, "seats": ["A1"]},
    {"show_id": 1, "seats": []},
    {"show_id": 1, "seats": ["?"]},
    {"show_id": 1, "seats": [{"row": "A"}]},
    {"show_id": 1, "seat_ids": ["1"]},
    {"seats": ["A1"]},
]


@pytest.mark.parametrize("body", BODIES, ids=json.dumps)
def test_what_it_says_of_bodies_is_what_we_take(body):
    shape = {"$ref": "urn:api#/components/schemas/NamedSeats"}
    described_as_good = Draft202012Validator(shape, registry=registry()).is_valid(
        {name: value for name, value in body.items() if name != "other"}
    )

    assert NamedSeats(data=body).is_valid() is described_as_good
