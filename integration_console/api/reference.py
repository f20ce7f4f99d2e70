"""The document of the API as the page shows it to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from integration_console.api.document import (
    ABOUT,
    AT,
    EVERYWHERE,
    OF_ACTS,
    OF_ONE,
    OF_PLANS,
    Document,
    document,
)
from integration_console.api.paging import MOST, USUAL


@dataclass(frozen=True)
class Named:
    """A parameter or a field: its name, its kind in words, whether it must be there, and what it
    is for."""

    name: str
    kind: str
    needed: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for. `good` are the numbers of the good answers."""

    anchor: str
    method: str
    path: str
    title: str
    text: list[str]
    parameters: list[Named]
    body: list[Named]
    good: str
    answer: str
    refusals: list[str]


@dataclass(frozen=True)
class Shape:
    """What an answer, or a part of one, is made of."""

    text: list[str]
    fields: list[Named]


@dataclass(frozen=True)
class Reference:
    """The whole page: operations by their groups, refusals, and the shapes of answers."""

    groups: dict[str, list[Operation]]
    refusals: dict[str, str]
    shapes: dict[str, Shape]
    calls: int
    about: str = ABOUT
    example: str = f"{settings.CONSOLE_URL}{AT}status"
    most: int = MOST
    usual: int = USUAL


@cache
def reference() -> Reference:
    """What the page shows; made once, since it tells nothing of any district."""
    groups: dict[str, list[Operation]] = {}
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            one = operation_of(path, method, operation)
            groups.setdefault(operation["tags"][0], []).append(one)
    schemas = document()["components"]["schemas"]
    shapes = {
        name: Shape(paragraphs(schema.get("description", "")), list(named(schema)))
        for name, schema in sorted(schemas.items())
        if "properties" in schema
    }
    refusals = dict(sorted({**EVERYWHERE, **OF_ONE, **OF_ACTS, **OF_PLANS}.items()))
    return Reference(groups, refusals, shapes, settings.API_CALLS_PER_MINUTE)


def operation_of(path: str, method: str, operation: Document) -> Operation:
    responses = operation["responses"]
    good = [status for status in responses if status < "400"]
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        title=operation["summary"],
        text=paragraphs(operation.get("description", "")),
        parameters=[parameter(one) for one in operation.get("parameters", ())],
        body=list(named(body_of(operation))),
        good=" or ".join(good),
        answer=words_of(responses[good[0]]["content"]["application/json"]["schema"]),
        refusals=[status for status in responses if status >= "400"],
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, each as one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part]


def body_of(operation: Document) -> Document:
    """The schema of what is sent, {} where nothing is."""
    content = operation.get("requestBody", {}).get("content", {})
    schema: Document = content.get("application/json", {}).get("schema", {})
    return resolved(schema)


def resolved(schema: Document) -> Document:
    """The schema that a reference names, else the schema itself."""
    if "$ref" not in schema:
        return schema
    found: Document = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def parameter(one: Document) -> Named:
    schema = one["schema"]
    text = one.get("description") or schema.get("description", "")
    kind = words_of(schema).removesuffix(" or null")
    return Named(one["name"], kind, bool(one.get("required")), text)


def named(schema: Document) -> Iterator[Named]:
    """The fields of an object."""
    needed = schema.get("required", ())
    for name, one in schema.get("properties", {}).items():
        yield Named(name, words_of(one), name in needed, one.get("description", ""))


def words_of(schema: Document) -> str:
    """The kind of a value in words: "integer or null", "list of Record", "one of read, act"."""
    if "$ref" in schema:
        inner = resolved(schema)
        return words_of(inner) if "enum" in inner else schema["$ref"].rpartition("/")[2]
    if "anyOf" in schema:
        first, *more = dict.fromkeys(words_of(one) for one in schema["anyOf"])
        return " or ".join((first, *(kind.removeprefix("one of ") for kind in more)))
    if "enum" in schema:
        return f"one of {', '.join(str(value) for value in schema['enum'] if value != '')}"
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {words_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any value").replace("-", " and ")
