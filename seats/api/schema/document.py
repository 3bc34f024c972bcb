"""The OpenAPI document as it is served: made once, when it is first asked for."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from seats.api.schema.shapes import COMPONENTS


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "seats.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token` and the token that logging in returned, with a space between.",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "seats.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The cookie that logging in set.",
        }


def one_spelling_each(endpoints: list[tuple[str, str, str, Any]]) -> list[Any]:
    """Every address answers with and without its last slash; the document has one of them."""
    return [
        endpoint
        for endpoint in endpoints
        if endpoint[0] == "/healthz" or (endpoint[0].endswith("/") and endpoint[0] != "/healthz/")
    ]


def with_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds the shapes of answers to the components, and what serializers cannot say of bodies."""
    schemas = result["components"].setdefault("schemas", {})
    for name, shape in schemas.items():
        if {"seats", "seat_ids"} <= shape.get("properties", {}).keys():
            shape["not"] = {"required": ["seats", "seat_ids"]}
            if name == "NamedSeats":
                shape["anyOf"] = [{"required": ["seats"]}, {"required": ["seat_ids"]}]
    schemas.update(COMPONENTS)
    return result


@cache
def document() -> tuple[bytes, str]:
    """The document and its ETag."""
    # Made once for everybody, so not in the language of whoever happens to be the first.
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    body = json.dumps(schema, separators=(",", ":")).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
