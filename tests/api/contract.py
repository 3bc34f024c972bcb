"""Holds what the API answers against what it says of itself: the OpenAPI document."""

import json
import re
from functools import cache
from typing import Any

from django.http import HttpResponse
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from seats.api.schema.document import document

# Headers that mean something to a client, so the document has to name them where they occur.
MEANINGFUL = {"Cache-Control", "ETag", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate"}


@cache
def described() -> dict[str, Any]:
    body, _ = document()
    return closed(json.loads(body))


def closed(node: Any) -> Any:
    """The same document, in which objects have no members but those it names."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(value) for name, value in node.items()}
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    return node


@cache
def registry() -> Registry[Any]:
    resource = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **described()}
    )
    return Registry().with_resource("urn:api", resource)


@cache
def validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference}, registry=registry())


@cache
def templates() -> list[tuple[str, re.Pattern[str]]]:
    """The document's paths, those without variables first."""
    paths = sorted(described()["paths"], key=lambda path: path.count("{"))
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in paths]


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    for template, pattern in templates():
        if pattern.fullmatch(path) or pattern.fullmatch(f"{path}/"):
            operation: dict[str, Any] | None = described()["paths"][template].get(method.lower())
            return operation
    return None


def check(method: str, path: str, response: HttpResponse) -> None:
    """Fails unless the document describes this answer: status, media type, body and headers."""
    operation = operation_of("GET" if method == "HEAD" else method, path)
    if operation is None:
        return
    answers = operation["responses"]
    status = str(response.status_code)
    assert status in answers, f"{method} {path} answers {status}, which nothing describes"
    answer = answers[status]
    undescribed = MEANINGFUL & set(response.headers) - set(answer.get("headers", {}))
    assert not undescribed, f"{method} {path} {status} has undescribed headers {undescribed}"
    if method != "HEAD" and "content" in answer:
        media_type = response.headers["Content-Type"]
        assert media_type in answer["content"], f"{method} {path} {status} is {media_type}"
        if media_type.endswith("json"):
            _check_body(answer["content"][media_type]["schema"], json.loads(response.content))


def _check_body(schema: dict[str, Any], body: Any) -> None:
    for reference in [schema] if "$ref" in schema else schema["oneOf"]:
        name = reference["$ref"].rpartition("/")[2]
        component = described()["components"]["schemas"][name]
        code = component["properties"].get("code", {}).get("const")
        if code is None or code == body["code"]:
            validator(f"urn:api#/components/schemas/{name}").validate(body)
            return
    raise AssertionError(f"nothing describes an error with the code {body.get('code')}")
