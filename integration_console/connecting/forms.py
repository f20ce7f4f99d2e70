"""Forms of the pages that connect Clever. They validate and nothing else."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict

from core.text import clean
from mappings.draft import NOT_SYNCED, Wish
from mappings.matching import SITE_CODE_LENGTH
from schools.models import District

LONGEST_ID = 2000
MOST_NUMBER = 2**63 - 1
CLEVER_ID = re.compile(r"[0-9a-f]{1,24}")
NUMBER = re.compile(r"[0-9]{1,18}")
SHOWN = (
    ("", "All"),
    ("open", "Without an answer"),
    ("matched", "Matched"),
    ("not_synced", "Do not sync"),
)


class DistrictIdForm(forms.Form):
    """What was pasted: the District ID, or an address that carries it (B39)."""

    district_id = forms.CharField(
        label="District ID / Clever ID",
        max_length=LONGEST_ID,
        help_text="Paste the District ID or the complete URL of your Instant Login Link.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Paste the District ID or the complete URL first.",
            "max_length": "This is too long for a District ID or a URL. Copy it once more.",
        },
    )


class ResetForm(forms.Form):
    """Reset Configuration, confirmed by the district's short name."""

    confirm = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "That is not the short name of this district."},
    )
    unlink = forms.BooleanField(required=False, label="Release the links of people to Clever, too")

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.district = district
        confirm = self.fields["confirm"]
        confirm.label = f"Type {district.slug} to confirm"
        confirm.error_messages["required"] = f"Type {district.slug} to confirm."

    def clean_confirm(self) -> str:
        typed = str(self.cleaned_data["confirm"]).strip().lower()
        if typed != self.district.slug:
            raise ValidationError(f"That is not {self.district.slug}. Nothing was reset.")
        return typed


class EnableForm(forms.Form):
    """The switch of Clever (B45)."""

    enabled = forms.BooleanField(required=False, label="Enable Clever")


class MatchingFilter(forms.Form):
    """Which schools the page shows, and which of its two ways. What is not valid is left out."""

    q = forms.CharField(
        label="Local school or site code",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "Local school: 200 characters at most."},
    )
    cq = forms.CharField(
        label="Clever school",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "Clever school: 200 characters at most."},
    )
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=SHOWN,
        error_messages={"invalid_choice": "Show: choose one of the list."},
    )
    view = forms.ChoiceField(required=False, choices=(("", ""), ("lists", "")))
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    cpage = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    local = forms.IntegerField(required=False, min_value=1, max_value=MOST_NUMBER)

    def asked(self) -> dict[str, Any]:
        """What is valid, as parameters of an address."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass
class Posted:
    """What the form of the matching page holds: wishes, and the button that was pressed."""

    do: str
    on: str = ""
    schools: dict[int, Wish] = field(default_factory=dict)
    clever: dict[str, Wish] = field(default_factory=dict)
    seen: str = ""


def read_matching(data: QueryDict) -> Posted:
    """What was sent. Raises ValidationError with a sentence for what no page of ours sends."""
    do, _, on = text(data, "do").partition(":")
    posted = Posted(do or "keep", on, seen=text(data, "seen"))
    for name in data:
        kind, _, number = name.partition("-")
        if kind == "school" and NUMBER.fullmatch(number):
            wish = Wish(answer(data, f"was-{number}"), answer(data, name))
            posted.schools[int(number)] = wish
    add_button(posted, data)
    return posted


def add_button(posted: Posted, data: QueryDict) -> None:
    """The wish that a button stands for."""
    if posted.do in ("pick", "clear", "match", "unmatch"):
        chosen = posted.on if posted.do in ("pick", "clear") else text(data, "local")
        number, _, clever = chosen.partition(":")
        if not NUMBER.fullmatch(number):
            raise ValidationError("Select a local school on the left first.")
        if posted.do == "match":
            clever = text(data, "clever")
            if not clever:
                raise ValidationError("Select the matching Clever school on the right, too.")
        now = plain_answer(clever) if posted.do in ("pick", "match") else ""
        posted.schools[int(number)] = Wish(answer(data, f"was-{number}"), now)
    elif posted.do in ("leave", "ask"):
        now = NOT_SYNCED if posted.do == "leave" else ""
        posted.clever[plain_answer(posted.on)] = Wish("", now)


def text(data: QueryDict, name: str) -> str:
    value = data.get(name, "")
    ProhibitNullCharactersValidator()(value)
    return str(value)[:100]


def answer(data: QueryDict, name: str) -> str:
    return plain_answer(text(data, name))


def plain_answer(given: str) -> str:
    """ "", "none", or the id of a Clever school."""
    if given in ("", NOT_SYNCED) or CLEVER_ID.fullmatch(given):
        return given
    raise ValidationError("Choose a school of the list.")


@dataclass(frozen=True)
class Line:
    """A local school to be made: from which Clever school, under which site code."""

    clever_id: str
    code: str
    make: bool
    error: str = ""


def read_codes(data: QueryDict, offered: Iterable[str], taken: Sequence[str]) -> list[Line]:
    """The lines of the form; each wrong one with its sentence, and nothing typed is lost."""
    given = {
        clever_id: clean(str(data.get(f"code-{clever_id}", "")))
        for clever_id in offered
        if f"code-{clever_id}" in data
    }
    wanted = {clever_id for clever_id in given if data.get(f"make-{clever_id}")}
    used: Mapping[str, int] = _counted(given[clever_id].lower() for clever_id in wanted)
    here = {code.lower() for code in taken}
    return [
        Line(
            clever_id,
            code,
            clever_id in wanted,
            wrong_code(code, code.lower() in here, used[code.lower()] > 1)
            if clever_id in wanted
            else "",
        )
        for clever_id, code in given.items()
    ]


def _counted(codes: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return counts


def wrong_code(code: str, is_here: bool, is_twice: bool) -> str:
    """What is wrong with a site code, in a sentence; "" for a good one."""
    if not code:
        return "A school needs a site code."
    if len(code) > SITE_CODE_LENGTH:
        return f"A site code has at most {SITE_CODE_LENGTH} characters."
    if is_here:
        return f"There is a school with the site code {code} already; choose another."
    if is_twice:
        return f"The site code {code} stands here twice; choose another for one of them."
    return ""
