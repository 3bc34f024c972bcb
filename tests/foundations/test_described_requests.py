"""What the OpenAPI document allows is asked for, and what it forbids: it describes every answer.

Schemathesis reads the document as a stranger's program would, and makes up requests from it. The
same ones in every run.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import seed as with_seed
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from seats.api.schema.document import document
from seats.models import ShowTime
from tests.safety.conftest import make_show, token_of

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIBED = schemathesis.openapi.from_dict(json.loads(document()[0]))
DESCRIBED.app = application

# A document has no words for a name that is taken, a key that was used before, or 1.0 being no
# whole number: of what looks good some is refused. What looks bad never gets through.
NOT_ASKED = [positive_data_acceptance]


@pytest.fixture(autouse=True)
def _unthrottled(settings: Any) -> None:
    settings.THROTTLE_WRITE = settings.THROTTLE_LOGIN = settings.THROTTLE_REGISTER = None


@pytest.fixture
def show(transactional_db: None) -> ShowTime:
    return make_show()


@pytest.fixture
def headers(transactional_db: None) -> dict[str, str]:
    return {"Authorization": f"Token {token_of('owner')}", "Accept-Encoding": "identity"}


def about(show: ShowTime, members: Any) -> None:
    """Where any show is meant, ours is, so that more than its absence is found out."""
    if isinstance(members, dict) and type(members.get("show_id")) is int and members["show_id"] > 0:
        members["show_id"] = show.pk


@DESCRIBED.parametrize()
@with_seed(20261121)
@settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described(
    case: schemathesis.Case, show: ShowTime, headers: dict[str, str]
) -> None:
    about(show, case.body)
    about(show, case.query)

    case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED)


def test_all_kinds_of_checks_are_made() -> None:
    """The control: what call_and_validate asks of an answer."""
    load_all_checks()

    assert {
        "content_type_conformance",
        "negative_data_rejection",
        "not_a_server_error",
        "response_headers_conformance",
        "response_schema_conformance",
        "status_code_conformance",
        "unsupported_method",
    } <= set(CHECKS.get_all_names())
