"""What the tests of the settings pages share: pages as forms that are filled in and sent."""

from typing import Any

from django.forms import BaseForm
from django.test import Client
from django.urls import reverse

from core.vocabulary import DataType
from mappings.models import Ruleset
from mappings.queries import active_ruleset, draft_of, spec_of
from mappings.spec import RulesetSpec
from tests.pages.scenes import Scene

STUDENT, TEACHER, STAFF = DataType.STUDENT, DataType.TEACHER, DataType.STAFF


def at(name: str, scene: Scene, data_type: str = "student") -> str:
    of_type = name not in ("settings", "automatic")
    return reverse(name, args=[scene.slug, *([data_type] if of_type else [])])


def values(form: BaseForm) -> dict[str, Any]:
    """What a browser would send of a form that nobody has touched."""
    sent = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {name: v for name, v in sent.items() if v is not None and v is not False and v != []}


def filled(client: Client, address: str) -> dict[str, Any]:
    """The same of a page of the wizard, whatever forms it has."""
    form = client.get(address).context["form"]
    if isinstance(form, BaseForm):
        return values(form)
    sent = values(form.seen)
    for table in form.tables:
        sent |= values(table.rows.management_form)
        for row in table.rows.forms:
            sent |= {row.add_prefix(n): row[n].value() or "" for n in row.fields}
    return sent


def send(client: Client, address: str, *then: str, **changes: Any) -> Any:
    """Fills a page in, changes a few answers and sends it; "__" stands for "-"."""
    sent = filled(client, address) | {k.replace("__", "-"): v for k, v in changes.items()}
    return client.post(address, {**sent, "then": then[0] if then else "stay"})


def draft(scene: Scene, data_type: DataType = STUDENT) -> RulesetSpec:
    """The unpublished rules, which must be there."""
    found = draft_of(scene.district, data_type)
    assert found is not None
    return spec_of(found)


def active(scene: Scene, data_type: DataType = STUDENT) -> Ruleset:
    found = active_ruleset(scene.district, data_type)
    assert found is not None
    return found


def source(spec: RulesetSpec, field: str) -> str:
    return next(rule.source for rule in spec.fields if rule.field == field)


def said(answer: Any) -> str:
    """The text of a page, in single spaces."""
    return " ".join(answer.content.decode().split())
