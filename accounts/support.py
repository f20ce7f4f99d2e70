"""What Support does from the back office: leave for a district, grants, accounts. All audited."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import audit
from accounts.models import SupportGrant, User
from accounts.tokens import CLOSED, end_tokens
from core.problems import ConsoleError
from core.text import clean
from schools.actions import set_clever_enabled
from schools.models import District

LONGEST_GRANT = timedelta(days=3)


@transaction.atomic
def set_leave(*, district: District, enabled: bool, by: str) -> bool:
    """Support's leave for the integration (A18, B01); whether it was moved.

    Taking it away also forgets that it was asked for, so that the district can ask again.
    """
    if not set_clever_enabled(district=district, enabled=enabled):
        return False
    if not enabled:
        District.objects.filter(pk=district.pk).update(
            clever_requested_at=None, clever_requested_by=""
        )
    audit.record(district, by, "district.enable" if enabled else "district.disable")
    return True


def check_grant(*, reason: str, until: datetime, now: datetime) -> None:
    """Raises ConsoleError for a grant without a reason, without an end, or without measure."""
    if not clean(reason):
        raise ConsoleError("Write why Support has to look in; the district can read it.")
    if until <= now:
        raise ConsoleError("The end of a grant lies in the future.")
    if until > now + LONGEST_GRANT:
        raise ConsoleError(f"A grant lasts {LONGEST_GRANT.days} days at most.")


@transaction.atomic
def grant_support(
    *, district: District, user: User, reason: str, until: datetime, now: datetime, by: str
) -> SupportGrant:
    """Leave for a Support user to see a district's people (C33). Raises as check_grant does."""
    check_grant(reason=reason, until=until, now=now)
    grant = SupportGrant.objects.create(
        district=district, user=user, reason=clean(reason), granted_by=by, until=until
    )
    audit.record(district, by, "support.grant", str(grant.pk), user=user.pk)
    return grant


@transaction.atomic
def end_grant(*, grant: SupportGrant, now: datetime, by: str) -> bool:
    """Ends a grant at once; False if it had ended already."""
    if not SupportGrant.objects.filter(pk=grant.pk, until__gt=now).update(until=now):
        return False
    audit.record(grant.district, by, "support.grant_end", str(grant.pk))
    return True


@transaction.atomic
def set_account_open(*, user: User, is_open: bool, by: str) -> None:
    """Closes an account, or opens it again. Raises ConsoleError for one's own.

    The API tokens that its user has made end with it, and do not come back (C28).
    """
    if user.email == by:
        raise ConsoleError("This is your own account. Ask a colleague to close it.")
    if User.objects.filter(pk=user.pk).exclude(is_active=is_open).update(is_active=is_open):
        audit.record(None, by, "account.open" if is_open else "account.close", str(user.pk))
        if not is_open:
            end_tokens(maker=user, district=None, by=by, why=CLOSED)


@transaction.atomic
def forget_second_factor(*, user: User, by: str) -> bool:
    """For somebody who has lost the phone and the recovery codes; False if there was none.

    Raises ConsoleError for one's own: that is what Sign-in security is for.
    """
    if user.email == by:
        raise ConsoleError("Your own second factor is switched off under Sign-in security.")
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return False
    audit.record(None, by, "account.forget_second_factor", str(user.pk))
    return True
