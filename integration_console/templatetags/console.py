"""The small components of every page. `{% load console %}`; each promises escaped output."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from accounts.access import Access
from imports import words
from integration_console import navigation
from integration_console.stepper import Step

register = template.Library()
NOTHING = words.Word("Unknown")


@register.simple_tag
def icon(name: str, size: int = 18, css: str = "") -> SafeString:
    """A drawing beside a word, hidden from screen readers."""
    drawing = lucide(name, size=size, aria_hidden="true", **{"class": css or "icon"})
    return mark_safe(drawing)  # noqa: S308 our own file, from a trusted package


@register.simple_tag
def badge(word: words.Word) -> SafeString:
    """A state: icon and word, never the colour alone."""
    drawing = icon(word.icon, 15, "spin" if word.icon == "loader" else "")
    return format_html('<span class="badge {}">{}{}</span>', word.tone, drawing, word.label)


@register.filter
def alert_word(state: str) -> words.Word:
    return words.ALERTS.get(state, NOTHING)


@register.filter
def type_names(data_types: list[str] | str) -> str:
    return words.types([data_types] if isinstance(data_types, str) else data_types)


@register.filter
def inside(title: str) -> str:
    return words.inside(title)


@register.filter
def role_names(roles: list[str]) -> str:
    """What one person is: "Teacher and Staff"."""
    return words.listed([words.ROLES.get(role, role) for role in roles])


@register.filter
def role_name(data_type: str) -> str:
    """What one person of this type is: "Student"."""
    return words.ROLES.get(data_type, data_type)


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """The value of a key that is only known in the template."""
    return mapping.get(key, "")


@register.filter
def plain(number: int | None) -> str:
    """A number for an attribute or an address: without thousands separators."""
    return "" if number is None else str(number)


@register.simple_tag
def when(moment: datetime | None, zone: str, style: str = "full") -> SafeString:
    """A time in the district's zone, which it names: "Nov 22, 05:00 MST".

    `style` is "day" for the day alone, and "within" inside a sentence: "today, 05:00 MST".
    """
    if moment is None:
        return mark_safe("–")
    local = moment.astimezone(ZoneInfo(zone))
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    day = f"{local:%b} {local.day}" + (f", {local.year}" if local.year != today.year else "")
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get((local.date() - today).days, day)
    if style == "within" and near != day:
        near = near.lower()
    text = day if style == "day" else f"{near}, {local:%H:%M %Z}"
    return format_html('<time datetime="{}" class="nowrap">{}</time>', moment.isoformat(), text)


@register.simple_tag
def duration(seconds: float | None) -> str:
    """ "40 s", "3 min", "1 h 20 min"."""
    if seconds is None:
        return "–"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """This page's address with some parameters changed; None and "" remove one."""
    parameters: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag
def installation(name: str) -> Any:
    """A setting that pages may show: DEMONSTRATION, SUPPORT_EMAIL, SUPPORT_PHONE, ..."""
    shown = {
        "CHANGES_KEPT_DAYS",
        "DEMONSTRATION",
        "REQUIRE_SECOND_FACTOR",
        "SUPPORT_EMAIL",
        "SUPPORT_PHONE",
        "SALES_CONTACT",
    }
    return getattr(settings, name) if name in shown else ""


@register.inclusion_tag("console/navigation.html", takes_context=True)
def sidebar(context: template.Context, access: Access) -> dict[str, Any]:
    """The entries that this user may see."""
    match = context["request"].resolver_match
    entries = navigation.entries(access, match.url_name if match else "")
    return {"access": access, "entries": entries, "request": context["request"]}


@register.inclusion_tag("console/progress.html")
def progress(label: str, done: int, total: int, left: float | None = None) -> dict[str, Any]:
    """A bar with its count and a time left; without a total, a bar that only says "busy"."""
    return {"label": label, "done": done, "total": total, "left": left}


@register.inclusion_tag("console/problem.html")
def problem(shown: Any) -> dict[str, Any]:
    """A problem: what it is, what to do, who can do it."""
    return {"problem": shown}


@register.inclusion_tag("console/stepper.html")
def stepper(steps: Sequence[Step], label: str = "Steps") -> dict[str, Any]:
    """The pages of a way, in their order."""
    return {"steps": steps, "label": label}


@register.inclusion_tag("console/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form's field: label, help, what is wrong, control."""
    return {"field": bound}


@register.simple_tag
def support(*, sales: bool = False) -> str:
    """How Support is reached, and with `sales` whom a district without a contract asks.

    It stands in the middle of sentences, so without the line's end of its file.
    """
    known = {
        "email": settings.SUPPORT_EMAIL,
        "phone": settings.SUPPORT_PHONE,
        "sales": settings.SALES_CONTACT if sales else "",
    }
    return mark_safe(render_to_string("console/support.html", known).strip())  # noqa: S308 a template


@register.filter
def code(text: str) -> SafeString:
    """Text in which names between backticks are set as code."""
    parts = escape(text).split("`")
    marked = (f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
    return mark_safe("".join(marked))  # noqa: S308 escaped above


@register.filter
def breakable(text: str) -> SafeString:
    """Text as it is; an e-mail address breaks, where it must, behind its @."""
    parts = re.split(r"(?<=@)", str(text))
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))


@register.inclusion_tag("console/empty.html")
def empty(title: str, text: str, drawing: str = "inbox") -> dict[str, Any]:
    """An empty list: what would fill it, and how."""
    return {"title": title, "text": text, "icon": drawing}
