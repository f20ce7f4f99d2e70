"""Every answer against our own written schema of the contract."""

from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from clever_sandbox.contract_schema import ERROR, TOKENS, list_schema, single_schema
from clever_sandbox.running import running_sandbox
from tests.clever_sandbox.asking import Asking

KINDS = ("districts", "schools", "users", "sections", "courses", "terms", "resources", "events")
SUB_LISTS = {
    "schools/users": "users",
    "schools/sections": "sections",
    "schools/courses": "courses",
    "schools/terms": "terms",
    "users/schools": "schools",
    "users/sections": "sections",
    "users/mycontacts": "users",
    "users/mystudents": "users",
    "users/myteachers": "users",
    "users/resources": "resources",
    "sections/users": "users",
    "sections/resources": "resources",
    "courses/schools": "schools",
    "courses/sections": "sections",
    "courses/resources": "resources",
    "terms/schools": "schools",
    "terms/sections": "sections",
    "resources/courses": "courses",
    "resources/sections": "sections",
    "resources/users": "users",
}
SINGLES = {
    "schools/district": "districts",
    "users/district": "districts",
    "sections/district": "districts",
    "courses/district": "districts",
    "terms/district": "districts",
    "sections/school": "schools",
    "sections/course": "courses",
    "sections/term": "terms",
}


def check(document: Any, schema: dict[str, Any]) -> None:
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(document)]
    assert errors == []


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
@pytest.mark.parametrize("kind", KINDS)
def test_C30_lists_and_single_records_keep_the_contract(
    shared: Asking, version: str, kind: str
) -> None:
    ask = Asking(shared.sandbox, version)
    page = ask.json(f"/{kind}", **({} if kind == "districts" else {"limit": 10_000}))
    check(page, list_schema(kind, version))
    assert page["data"] or kind == "events"
    for entry in page["data"][:3]:
        check(ask.json(f"/{kind}/{entry['data']['id']}"), single_schema(kind, version))


@pytest.mark.parametrize("version", ["v3.0", "v3.1"])
@pytest.mark.parametrize("role", ["student", "teacher", "staff", "district_admin", "contact"])
def test_C30_people_of_every_role_keep_the_contract(
    shared: Asking, version: str, role: str
) -> None:
    page = Asking(shared.sandbox, version).json("/users", role=role, limit=10_000)
    check(page, list_schema("users", version))
    assert page["data"]
    assert all(role in entry["data"]["roles"] for entry in page["data"])


@pytest.mark.parametrize("path", SUB_LISTS)
def test_C30_lists_below_a_record_keep_the_contract(shared: Asking, path: str) -> None:
    kind, sub = path.split("/")
    parent = shared.records(f"/{kind}", limit=1)[0]["id"]
    check(shared.json(f"/{kind}/{parent}/{sub}"), list_schema(SUB_LISTS[path]))


@pytest.mark.parametrize("path", SINGLES)
def test_C30_records_that_another_belongs_to_keep_the_contract(shared: Asking, path: str) -> None:
    kind, sub = path.split("/")
    parent = shared.records(f"/{kind}", limit=1)[0]["id"]
    check(shared.json(f"/{kind}/{parent}/{sub}"), single_schema(SINGLES[path]))


def test_special_fields_come_only_when_asked_for_from_clever(shared: Asking) -> None:
    with running_sandbox(students=20, special_fields=True) as sandbox:
        page = Asking(sandbox).json("/users", role="student")
        check(page, list_schema("users", special_fields=True))
        assert all("weighted_gpa" in each["data"]["roles"]["student"] for each in page["data"])
    assert not any("gpa" in str(person) for person in shared.walk("/users", role="student"))


def test_events_of_a_changed_district_keep_the_contract() -> None:
    with running_sandbox(students=40) as sandbox:
        sandbox.control.rollover()
        for version in ("v3.0", "v3.1"):
            page = Asking(sandbox, version).json("/events", limit=1000)
            check(page, list_schema("events", version))
            assert len(page["data"]) > 30


def test_tokens_keep_the_contract(shared: Asking) -> None:
    sandbox = shared.sandbox
    response = requests.get(
        f"{sandbox.auth_url}/oauth/tokens?owner_type=district",
        auth=(sandbox.client_id, sandbox.client_secret),
        timeout=10,
    )
    check(response.json(), TOKENS)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/users?limit=10001", 413),
        ("/users/5a25ffb00000000000000000", 404),
        ("/users?limit=0", 400),
    ],
)
def test_errors_have_a_message(shared: Asking, path: str, status: int) -> None:
    response = shared.get(path)
    assert response.status_code == status
    check(response.json(), ERROR)


def test_the_older_version_does_not_know_what_came_later(shared: Asking) -> None:
    old = Asking(shared.sandbox, "v3.0").records("/users", role="student", limit=1)[0]
    new = shared.records("/users", role="student", limit=1)[0]
    assert new["roles"]["student"].keys() - old["roles"]["student"].keys() == {
        "disability",
        "frl_status",
        "gifted_status",
        "home_language",
        "home_language_code",
        "iep_status",
        "preferred_name",
        "section_504_status",
    }
    assert new.keys() - old.keys() == {"lms_status"}
    assert "lms_type" not in Asking(shared.sandbox, "v3.0").records("/districts")[0]
