"""A district ready for set-up: its office, its default rules and schedules, its first user."""

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from accounts.invitation import invite
from core.vocabulary import DataType, MemberRole
from imports.models import Schedule
from imports.pulls import DEFAULT_ON
from mappings.actions import create_default_rulesets
from schools.actions import create_district
from schools.models import District


@dataclass(frozen=True)
class Opened:
    """A new district; `link` is where its owner sets a password, "" if there is no need."""

    district: District
    owner: str = ""
    link: str = ""


@transaction.atomic
def open_district(
    *, slug: str, name: str, time_zone: str, clever_enabled: bool, owner: str, by: str
) -> Opened:
    """Makes all of it or nothing. Raises ConsoleError for what cannot be."""
    district = create_district(
        slug=slug, name=name, time_zone=time_zone, clever_enabled=clever_enabled
    )
    create_default_rulesets(district=district, by=by)
    Schedule.objects.bulk_create(
        Schedule(district=district, data_type=t, automatic=t in DEFAULT_ON) for t in DataType
    )
    audit.record(district, by, "district.create", slug)
    if not owner:
        return Opened(district)
    user, link = invite(district=district, email=owner, role=MemberRole.OWNER, by=by)
    return Opened(district, user.email, link)
