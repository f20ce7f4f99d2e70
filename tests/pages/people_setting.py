"""What the tests of the people pages have in common."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from core.vocabulary import MemberRole
from schools.models import District, Person
from tests.pages import scenes
from tests.pages.conftest import signed_in


def member_of(
    district: District, email: str = scenes.ALICE, role: str = MemberRole.OWNER
) -> Client:
    """Somebody of the district who has signed in."""
    Membership.objects.create(district=district, user=scenes.user(email), role=role)
    return signed_in(email)


def shown(client: Client, name: str, *args: Any, **asked: Any) -> Any:
    """The answer of a page that must be there."""
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200, answer.status_code
    return answer


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser sends back of a form in which nothing was changed."""
    sent: dict[str, Any] = {}
    for bound in form:
        nothing: Any = [] if bound.name == "additional_sites" else ""
        if bound.name == "confirmed":
            continue
        sent[bound.name] = bound.value() or nothing
        if bound.field.show_hidden_initial:
            first = bound.form.get_initial_for_field(bound.field, bound.name) or nothing
            if bound.form.is_bound:
                hidden = bound.field.hidden_widget()
                first = bound.form._widget_data_value(hidden, bound.html_initial_name)
            sent[f"initial-{bound.name}"] = first
    return sent


def edited(client: Client, person: Person, **changes: Any) -> Any:
    """Opens the form of a record, changes some fields and saves."""
    address = reverse("person_edit", args=[person.district.slug, person.pk])
    sent = fields_of(client.get(address).context["form"])
    return client.post(address, {**sent, **changes})


def made(client: Client, slug: str, data_type: str = "student", **fields: Any) -> Any:
    """Opens the form of a new record, fills some fields in and sends it."""
    address = f"{reverse('person_new', args=[slug])}?type={data_type}"
    sent = fields_of(client.get(address).context["form"])
    return client.post(address, {**sent, **fields})


def told(client: Client, answer: Any) -> str:
    """The message after an effect, on the page that it led to."""
    assert answer.status_code == 303, answer.context["form"].errors
    page = client.get(answer["Location"])
    assert page.status_code == 200
    return " ".join(str(message) for message in page.context["messages"])


def act(client: Client, slug: str, what: str, asked: dict[str, Any], **sent: Any) -> Any:
    """Chooses people of the Transferred list, and confirms what is to be done with them."""
    address = reverse("transferred_act", args=[slug, what])
    page = client.get(address, asked)
    if page.status_code != 200:
        return page
    query = page.request["QUERY_STRING"]
    given = {"expected": page.context["count"], **sent}
    return client.post(f"{address}?{query}", given)
