"""An invitation that is accepted by signing in at Clever instead of choosing a password."""

from allauth.account.forms import UserTokenForm
from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest

from accounts.clever_links import has_way_in
from accounts.models import Membership, User
from clever_sync.models import Connection
from clever_sync.sign_in import is_offered
from core.problems import ConsoleError
from schools.models import District

GONE = (
    "This invitation does not work any more: it was used already, or it is too old. Ask who invited"
    " you to invite you again."
)


def invited(request: HttpRequest, uid: str) -> User:
    """Whose invitation was opened in this session, and is still good.

    django-allauth has put the key of the link into the session. Raises ConsoleError.
    """
    key = request.session.get(INTERNAL_RESET_SESSION_KEY, "")
    form = UserTokenForm(data={"uidb36": uid, "key": key})
    user = form.reset_user if key and form.is_valid() else None
    if not isinstance(user, User) or not user.is_active or has_way_in(user):
        raise ConsoleError(GONE, code="invitation_gone")
    return user


def used(request: HttpRequest) -> None:
    """The key of the link is not needed any more."""
    request.session.pop(INTERNAL_RESET_SESSION_KEY, None)


def districts_of(user: User) -> list[District]:
    """The user's districts in which Clever is switched on, and not connected with them yet."""
    if not is_offered():
        return []
    on = Connection.objects.filter(enabled=True, district__clever_enabled=True)
    free = Membership.objects.filter(
        user=user, clever_link__isnull=True, district__in=on.values("district")
    )
    return [one.district for one in free.select_related("district").order_by("district__name")]
