"""The settings as a document on its way in: read, looked at, and only then in effect (C26)."""

import json
from dataclasses import dataclass
from hashlib import blake2b

from msgspec.structs import replace

from accounts import audit
from accounts.access import ABILITIES, Ability, find
from accounts.models import Membership, User
from core.problems import ConsoleError
from integration_console.differences import Difference, between, of_document
from integration_console.settings_document import Document, as_json, document_of
from integration_console.settings_loading import foresee, read
from schools.models import District

LARGEST = 1_000_000


@dataclass(frozen=True)
class Preview:
    """What a document would change. `seen` names the settings that it was compared with."""

    name: str
    text: str
    seen: str
    differences: list[Difference]


def as_text(document: Document) -> str:
    return json.dumps(as_json(document), ensure_ascii=False, indent=2)


def key_of(document: Document) -> str:
    return blake2b(as_text(document).encode(), digest_size=16).hexdigest()


def preview(district: District, text: str, name: str, by: str) -> Preview:
    """What a document would change here. Raises ConsoleError with a sentence and its place."""
    if len(text) > LARGEST:
        raise ConsoleError(f"{name} is larger than 1 MB, which no settings document is.")
    document = read(text.encode(errors="replace"), name)
    before, after = foresee(district=district, document=document, by=by)
    lines = of_document(district, before), of_document(district, after)
    return Preview(name, text, key_of(before), between(*lines))


def sources_for(user: User, district: District) -> list[District]:
    """The other districts whose settings this user may copy."""
    roles = [role for role, abilities in ABILITIES.items() if Ability.IMPORT in abilities]
    rows = Membership.objects.filter(user=user, role__in=roles).exclude(district=district)
    return [row.district for row in rows.select_related("district").order_by("district__name")]


def copied(user: User, slug: str, here: District, *, recipients: bool) -> str:
    """Another district's settings as they fit here. Raises ConsoleError without the right.

    That they were taken along is told in the audit of the other district.
    Schools are each district's own: matches are not copied, and the scope here stays.
    """
    access = find(user, slug)
    if access is None or not access.may(Ability.IMPORT) or access.district == here:
        raise ConsoleError("Choose a district of the list. Nothing was changed.")
    audit.record(access.district, user.email, "settings.copied")
    other, ours = document_of(access.district), document_of(here)
    scopes = {data_type: part.schools for data_type, part in (ours.rules or {}).items()}
    rules = {
        data_type: replace(part, schools=scopes.get(data_type, "all"))
        for data_type, part in (other.rules or {}).items()
    }
    told = other.recipients if recipients else None
    return as_text(replace(other, schools=None, left_out=None, rules=rules, recipients=told))
