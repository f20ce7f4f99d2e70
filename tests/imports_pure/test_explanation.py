"""Who must act, from what is known of a person: plain values in, one sentence out."""

from dataclasses import replace
from typing import Any

import pytest

from core.problems import Finding
from core.vocabulary import BlankPolicy, DataType, Policy, WhoFixes
from imports.explanation import Known, Trouble, field_lines, headline
from mappings.spec import FieldSpec, Mapped, Place

SIS, CLEVER, HERE = WhoFixes.SIS, WhoFixes.CLEVER, WhoFixes.HERE
FINE = Known(here=True, linked=True, shared=True, seen=True, place=Place.IN_SCOPE, school="Oak")
GONE = replace(FINE, shared=False, confirmed=True, place=None)
TWINS = Trouble("Several records fit", "Open Resolve Alerts.", HERE)
CODE = Trouble("A code without a rule", "Define Codes.", HERE)
DATE = Trouble("A date that cannot be", "Correct it in your SIS.", SIS)
CASES: list[tuple[str, Known, str, WhoFixes | None]] = [
    ("fine", FINE, "Nobody has to act", None),
    ("not connected", replace(FINE, connected=False), "not connected", HERE),
    ("not read", replace(FINE, pulled=False), "press Test Import", HERE),
    ("never seen", replace(GONE, seen=False), "look whether the person is in your SIS", SIS),
    ("school not shared", replace(GONE, school_shared=False), "share Oak in Clever", CLEVER),
    ("school shared", replace(GONE, school_shared=True), "but others of Oak", SIS),
    ("not confirmed", replace(GONE, confirmed=False), "not confirmed yet", None),
    ("gone and held", replace(GONE, hold="Many leavers"), "is held: Many leavers", HERE),
    ("held, not confirmed", replace(GONE, hold="x", confirmed=False), "Approve the hold", HERE),
    ("protected", replace(GONE, protected=True, school_shared=False), "protected, and kept", None),
    ("broken", replace(FINE, reject=DATE), "A date that cannot be", SIS),
    ("unmatched", replace(FINE, place=Place.UNMATCHED), "matched with no school here", HERE),
    ("do not sync", replace(FINE, place=Place.DO_NOT_SYNC), "do not sync", HERE),
    ("not chosen", replace(FINE, place=Place.NOT_CHOSEN), "choose it in Sync Settings", HERE),
    ("alert", replace(FINE, alert=TWINS), "Several records fit", HERE),
    ("hold", replace(FINE, hold="Many leavers"), "is held: Many leavers", HERE),
    ("code", replace(FINE, findings=(CODE, DATE)), "A code without a rule (1 more below)", HERE),
    ("new", replace(FINE, here=False, action="create", fields=9), "make a new record", None),
    ("update", replace(FINE, action="update", fields=2), "writing 2 fields", None),
    ("update only", replace(FINE, here=False), "only updates people who are here", HERE),
    ("locked", replace(FINE, kept=2), "2 locked fields keep another value", HERE),
]


@pytest.mark.parametrize(("known", "says", "who"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_C18_headline_names_who_must_act(known: Known, says: str, who: WhoFixes | None) -> None:
    found = headline(known)
    assert says in found.sentence
    assert found.who is who


def test_C18_what_stands_first_in_the_way_is_told_first() -> None:
    everything = replace(
        FINE, reject=DATE, place=Place.UNMATCHED, alert=TWINS, hold="x", findings=(CODE,), kept=1,
        action="update",
    )  # fmt: skip
    order: list[tuple[dict[str, Any], str]] = [
        ({"reject": None}, "matched with no school"),
        ({"place": Place.IN_SCOPE}, "Several records fit"),
        ({"alert": None}, "is held"),
        ({"hold": ""}, "A code without a rule"),
        ({"findings": ()}, "the next sync will update"),
        ({"action": ""}, "1 locked field keeps"),
    ]
    assert "A date that cannot be" in headline(everything).sentence
    for gone, says in order:
        everything = replace(everything, **gone)
        assert says in headline(everything).sentence


def line(name: str, **more: Any) -> Any:
    """The line of one field, read from "raw" by a rule of its own."""
    rule = FieldSpec(name, "source", more.get("policy", Policy.CLEVER_DECIDES), BlankPolicy.KEEP)
    values = {} if more.get("result") is None else {name: more["result"]}
    mapped = Mapped(
        values=values, blanks=[name] if more.get("blank") else [], rules={name: rule},
        roles=(DataType.STUDENT,), data_type=DataType.STUDENT, place=Place.IN_SCOPE, school=1,
        other_schools=(), findings=[Finding("code_unknown", name)] if more.get("finding") else [],
    )  # fmt: skip
    person: dict[str, Any] = {
        name: more.get("here"),
        "school_id": more.get("here"),
        "additional_sites": [],
    }
    (found,) = field_lines(
        mapped, {"source": more.get("raw", "")}, {name: more.get("codes", {})}, person,
        more.get("locks", []), more.get("changes", {}),
    )  # fmt: skip
    return found


def test_C18_each_field_says_why_it_is_as_it_is() -> None:
    assert line("city", raw="Elm", result="Elm", here="Elm").verdict == "same"
    assert line("email", raw="A@b.example", result="A@b.example", here="a@B.example").verdict == (
        "same"
    )
    assert line("city", raw="Elm", result="Elm", here="Oak", changes={"city": "Elm"}).verdict == (
        "writes"
    )
    assert line("city", blank=True, here="Oak", changes={"city": None}).verdict == "clears"
    assert line("city", raw="Elm", result="Elm", here="Oak", locks=["city"]).verdict == "locked"
    assert line("city", raw="Elm", result="Elm", here="Elm", locks=["city"]).verdict == "same"
    kept = line("city", raw="Elm", result="Elm", here="Oak", policy=Policy.FILL_WHEN_BLANK)
    assert (kept.verdict, kept.policy) == ("policy", "fill_when_blank")
    assert line("city", blank=True, here="Oak").verdict == "blank"
    assert line("city", blank=True).verdict == "same"
    assert line("grade", raw="TK", finding=True, here="K").verdict == "unusable"
    assert line("site", raw="abc", here=1).verdict == "same"
    assert line("site", raw="abc", here=2, locks=["site"]).verdict == "locked"


def test_C18_the_code_that_was_used_is_named() -> None:
    found = line("sex", raw="F", result="Female", here="Female", codes={"f": "Female"})
    assert (found.code, found.raw, found.verdict) == ("F → Female", "F", "same")
    assert line("grade", raw="7", result="7", here="7", codes={"tk": "K"}).code == ""
