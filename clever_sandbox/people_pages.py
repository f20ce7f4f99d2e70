"""The control page's lists of people and its page of one person."""

from clever_sandbox.change import kept_user
from clever_sandbox.district import District
from clever_sandbox.dotted import MISSING, get_path
from clever_sandbox.html_parts import (
    address,
    button,
    card,
    choice,
    field,
    form,
    hidden,
    table,
    text,
)
from clever_sandbox.messages import Request
from clever_sandbox.people_search import find_people
from clever_sandbox.records import ROLES, Record
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.school_actions import all_schools

PAGE_SIZE = 25
_STATES = ("shown", "removed", "not shared")
_ADDED = {"student": "student", "teacher": "teacher", "staff": "staff member"}
_EDITABLE = {
    "First name": "name.first",
    "Middle name": "name.middle",
    "Last name": "name.last",
    "E-mail": "email",
}
_EDITABLE_IN = {
    "student": ("grade", "sis_id", "student_number", "school", "dob", "gender", "graduation_year"),
    "teacher": ("sis_id", "teacher_number", "school", "title"),
    "staff": ("staff_id", "department", "title"),
}


def show_people(_sandbox: Sandbox, district: District, request: Request) -> tuple[str, list[str]]:
    """A page of people, searched by any words in their records."""
    role, words = request.param("role") or "", request.param("text") or ""
    after = request.param("after") or ""
    found = find_people(
        district, role=role, text=words, limit=PAGE_SIZE + 1, after=after, with_hidden=True
    )
    rows = [_row(district, person) for person in found[:PAGE_SIZE]]
    listing = table("People found", ("Name", "Roles", "State"), rows, "Nobody is found.")
    return "People", [
        card("Find people", _search(district, role, words), listing),
        _onward(district, role, words, after, found),
        card("Add somebody", *_adding(district)),
    ]


def show_person(_sandbox: Sandbox, district: District, request: Request) -> tuple[str, list[str]]:
    """One person with all that can be done to them."""
    kept = kept_user(district, request.param("id") or "")
    person = kept.record
    back = f"/_sandbox/person?district={district.id}&id={person['id']}"
    schools = {each["id"]: str(each.get("name")) for each, _ in all_schools(district)}
    inputs = [_input(person, label, path) for label, path in _EDITABLE.items()]
    for role in person["roles"]:
        for name in _EDITABLE_IN.get(role, ()):
            label = f"{role.replace('_', ' ').capitalize()}: {name.replace('_', ' ')}"
            known = schools if name == "school" else None
            inputs.append(_input(person, label, f"roles.{role}.{name}", known))
    who = hidden("id", person["id"])
    acts = {"bring_back": "Bring back"} if kept.removed else {"remove": "Remove"}
    if not kept.removed:
        acts["new_clever_id"] = "Give a new Clever ID"
        if len(person["roles"]) > 1:
            acts["split_employee"] = "Split into two people"
    forms = [form(act, district.id, back, who, button(label)) for act, label in acts.items()]
    if not kept.removed and not {"student", "contact"} & person["roles"].keys():
        keep = hidden("keep", person["id"])
        other = field("Clever ID of the other employee", "other")
        forms.append(form("merge_employees", district.id, back, keep, other, button("Merge")))
    save = form("edit", district.id, back, who, *inputs, button("Save", quiet=False))
    state = "removed" if kept.removed else "in the district"
    return _name(person), [
        f"<p><code>{text(person['id'])}</code>, {state}</p>",
        '<div class="cards">',
        card("Fields", save),
        card("What can happen", *forms),
        "</div>",
    ]


def _input(person: Record, label: str, path: str, known: dict[str, str] | None = None) -> str:
    value = get_path(person, path)
    shown = "" if value is MISSING or value is None else value
    # The value as shown goes along, so that saving changes only what somebody has typed over.
    before = hidden(f"was:{path}", shown)
    if known is not None:
        return choice(label, f"field:{path}", {shown: str(shown), **known}, shown) + before
    return field(label, f"field:{path}", shown) + before


def _row(district: District, person: Record) -> list[str]:
    link = address("/_sandbox/person", district=district.id, id=person["id"])
    roles = ", ".join(role.replace("_", " ") for role in person["roles"])
    name = f'<a href="{link}">{text(_name(person))}</a><br><code>{text(person["id"])}</code>'
    return [name, text(roles), _STATES[person["hidden"]]]


def _name(person: Record) -> str:
    name = person.get("name") or {}
    return " ".join(filter(None, (name.get("first"), name.get("last")))) or "Without a name"


def _search(district: District, role: str, words: str) -> str:
    roles = {"": "all roles"} | {each: each.replace("_", " ") for each in ROLES}
    return (
        '<form method="get" action="/_sandbox/people" class="line">'
        f"{hidden('district', district.id)}{field('Words', 'text', words, 'search')}"
        f"{choice('Role', 'role', roles, role)}{button('Find', quiet=False)}</form>"
    )


def _onward(district: District, role: str, words: str, after: str, found: list[Record]) -> str:
    links = []
    query = {"district": district.id, "role": role, "text": words}
    if after:
        links.append(f'<a href="{address("/_sandbox/people", **query)}">From the start</a>')
    if len(found) > PAGE_SIZE:
        onward = address("/_sandbox/people", **query, after=found[PAGE_SIZE - 1]["id"])
        links.append(f'<a href="{onward}">More people</a>')
    return f'<nav class="line" aria-label="More people">{" ".join(links)}</nav>' if links else ""


def _adding(district: District) -> list[str]:
    back = f"/_sandbox/people?district={district.id}"
    names = (field("First name", "first"), field("Last name", "last"))
    return [
        form(f"add_{role}", district.id, back, *names, button(f"Add a {noun}"))
        for role, noun in _ADDED.items()
    ]
