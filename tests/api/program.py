"""A program with a token, as tests play it. Every answer is held to the document of the API."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.models import User
from accounts.tokens import make_token
from core.vocabulary import TokenScope
from integration_console.api.document import document
from schools.models import District

AT = "/api/v1"
PROBLEM = "application/problem+json"
YEAR = timedelta(days=365)


def secret_of(
    district: District, by: str, scope: TokenScope = TokenScope.READ, name: str = "Library"
) -> str:
    """A new token of a district, made by one of its owners."""
    now = timezone.now()
    maker = User.objects.get(email=by)
    return make_token(
        district=district, name=name, scope=scope, until=now + YEAR, now=now, by=maker
    ).secret


class Program:
    """Asks as a program would; `secret` "" sends no token."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        """What is answered to a question, read; the status and the form are proved."""
        answer = self.client.get(f"{AT}{path}", query, headers=self.headers)
        return proved("get", path, expect, answer)

    def post(self, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
        """The same for what is sent."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.post(
            f"{AT}{path}", body, content_type="application/json",
            headers={**self.headers, **named},
        )  # fmt: skip
        return proved("post", path, expect, answer)

    def all(self, path: str, limit: int, **query: Any) -> list[Any]:
        """Every row of a list, page by page."""
        found: list[Any] = []
        asked: dict[str, Any] = {**query, "limit": limit}
        while True:
            page = self.get(path, **asked)
            assert len(page["data"]) <= limit
            found += page["data"]
            asked["cursor"] = page["next_cursor"]
            if asked["cursor"] is None:
                return found
            assert len(page["data"]) == limit


def proved(method: str, path: str, status: int, answer: Any) -> Any:
    """The document of an answer that is as the API says it is."""
    assert answer.status_code == status, answer.content[:500]
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind == ("application/json" if status < 400 else PROBLEM)
    read: Any = answer.json()
    assert_as_documented(method, f"{AT}{path}", status, kind, read)
    assert not answer.cookies
    return read


def assert_as_documented(method: str, path: str, status: int, kind: str, read: Any) -> None:
    """The answer has the schema that the document gives for it."""
    known = operation(path, method)["responses"]
    assert str(status) in known, f"{method} {path} says nothing of {status}"
    schema = known[str(status)]["content"][kind]["schema"]
    whole = {**schema, "components": document()["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    wrong = list(Draft202012Validator(whole, format_checker=checker).iter_errors(read))
    assert not wrong, [(list(one.absolute_path), one.message) for one in wrong]


def operation(path: str, method: str) -> Any:
    """What the document says of an address."""
    for template, operations in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", template), path):
            return operations[method]
    raise AssertionError(f"{path} is not in the document")
