"""The OpenAPI document is valid, says what is there, and its page says the same."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator

from integration_console.api.document import document
from integration_console.api.reference import reference
from integration_console.api.rooms import api
from schools.targets import TARGETS

# What OpenAPI 3.1 asks of a document of our kind (spec.openapis.org/oas/v3.1.1, section 4.8).
TEXT = {"type": "string", "minLength": 1}
CONTENT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "object", "required": ["schema"]},
}
PARAMETER = {
    "type": "object",
    "required": ["name", "in", "schema"],
    "properties": {"name": TEXT, "in": {"enum": ["query", "header", "path", "cookie"]}},
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
RESPONSE = {
    "type": "object",
    "required": ["description"],
    "properties": {"description": TEXT, "content": CONTENT},
}
OPERATION = {
    "type": "object",
    "required": ["operationId", "summary", "description", "responses", "security", "tags"],
    "properties": {
        "operationId": TEXT,
        "summary": TEXT,
        "description": TEXT,
        "parameters": {"type": "array", "items": PARAMETER},
        "requestBody": {
            "type": "object",
            "required": ["content"],
            "properties": {"content": CONTENT},
        },
        "responses": {
            "type": "object",
            "patternProperties": {"^[1-5][0-9][0-9]$": RESPONSE},
            "additionalProperties": False,
            "minProperties": 1,
        },
        "security": {"const": [{"Bearer": []}]},
    },
}
OPENAPI = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components", "servers"],
    "properties": {
        "openapi": {"pattern": r"^3\.1\.\d+$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": TEXT, "version": TEXT, "description": TEXT},
        },
        "servers": {"type": "array", "items": {"type": "object", "required": ["url"]}},
        "paths": {
            "type": "object",
            "patternProperties": {
                "^/": {
                    "type": "object",
                    "propertyNames": {"enum": ["get", "post"]},
                    "additionalProperties": OPERATION,
                }
            },
            "additionalProperties": False,
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {"type": "object", "propertyNames": {"pattern": r"^[\w.-]+$"}},
                "securitySchemes": {
                    "type": "object",
                    "required": ["Bearer"],
                    "additionalProperties": {
                        "type": "object",
                        "required": ["type", "scheme"],
                        "properties": {"type": {"const": "http"}, "scheme": {"const": "bearer"}},
                    },
                },
            },
        },
    },
    "additionalProperties": False,
}


def told() -> Any:
    """The document as a program gets it."""
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    return json.loads(answer.content)


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, of in document()["paths"].items():
        for method, operation in of.items():
            yield path, method, operation


def references(part: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from references(one)


def test_C28_the_document_is_openapi_3_1() -> None:
    made = told()
    Draft202012Validator.check_schema(OPENAPI)
    wrong = list(Draft202012Validator(OPENAPI).iter_errors(made))
    assert not wrong, [(list(one.absolute_path), one.message[:200]) for one in wrong]
    for schema in made["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for name in references(made):
        assert name.rpartition("/")[2] in made["components"]["schemas"], name
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids))


def test_C28_the_parameters_of_each_path_are_those_of_its_address() -> None:
    for path, _, operation in operations():
        named = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_C28_every_room_of_the_api_is_in_the_document() -> None:
    urls, _, _ = api.urls
    routes = {f"/api/v1/{url.pattern}" for url in urls if str(url.pattern)}
    known = {re.sub(r"\{(\w+)\}", r"<int:\1>", path) for path in document()["paths"]}
    assert routes == known
    assert len(known) >= 12
    assert [str(one.pattern) for one in get_resolver().url_patterns].count("api/") == 1


def test_C28_the_fields_of_a_record_are_those_of_the_table() -> None:
    shape = document()["components"]["schemas"]["FieldValues"]
    assert set(shape["properties"]) == set(TARGETS)


def test_C28_every_refusal_is_a_problem_document() -> None:
    for path, _, operation in operations():
        refusals = {s: r for s, r in operation["responses"].items() if s >= "400"}
        assert {"401", "422", "429"} <= set(refusals)
        assert ("404" in refusals) == ("{" in path)
        for refusal in refusals.values():
            assert list(refusal["content"]) == ["application/problem+json"]


@pytest.mark.django_db
def test_C28_the_page_tells_every_operation_and_shape(client: Client) -> None:
    page = unescape(client.get("/api/").content.decode())
    for groups in reference().groups.values():
        for one in groups:
            assert f'id="{one.anchor}"' in page and one.title in page
    for name in document()["components"]["schemas"]:
        if "properties" in document()["components"]["schemas"][name]:
            assert f'id="{name}"' in page
    anchors = set(re.findall(r'href="#([\w-]+)"', page))
    assert anchors <= set(re.findall(r'id="([\w-]+)"', page))
    assert "http" not in " ".join(re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', page))
