"""Bringing in a new user: a link with which they set their password, valid once."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.clever_links import has_way_in
from accounts.models import Membership, User
from core.problems import ConsoleError
from core.text import clean
from core.vocabulary import MemberRole
from schools.models import District

LONGEST_ADDRESS = 254


def address(text: str) -> str:
    """An e-mail address as it is kept. Raises ConsoleError for what is none."""
    email = clean(text).lower()
    try:
        validate_email(email)
    except ValidationError as problem:
        raise ConsoleError(f"{text!r} is not an e-mail address; correct it.") from problem
    if len(email) > LONGEST_ADDRESS:
        raise ConsoleError(
            f"This e-mail address is longer than {LONGEST_ADDRESS} characters; use another."
        )
    return email


def set_password_link(user: User) -> str:
    """A link on which the user sets a password; it works once, and for some days."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )
    return f"{settings.CONSOLE_URL}{path}"


@transaction.atomic
def invite(*, district: District, email: str, role: MemberRole, by: str) -> tuple[User, str]:
    """A new member of a district; the link is "" for somebody who can sign in already.

    Raises ConsoleError for an address that is none, of a member, or of a closed account.
    """
    user = _user(email)
    if not user.is_active:
        raise ConsoleError(f"The account {user.email} is closed. Ask Support to open it again.")
    _, new = Membership.objects.get_or_create(
        district=district, user=user, defaults={"role": role, "invited_by": by}
    )
    if not new:
        raise ConsoleError(
            f"{user.email} is a member of {district.name} already. Change the role in the list."
        )
    audit.record(district, by, "member.invite", str(user.pk), role=str(role))
    return user, "" if has_way_in(user) else set_password_link(user)


def _user(email: str) -> User:
    """The user of an address; made once, also where two districts invite at the same moment."""
    nobody = {"password": make_password(None)}
    return User.objects.get_or_create(email=address(email), defaults=nobody)[0]


@transaction.atomic
def create_support(*, email: str, password: str | None, by: str) -> tuple[User, str]:
    """A Support user, who sees no personal data without a grant; the link is "" with a password.

    Raises ConsoleError for an address that is taken and for a password that is too weak.
    """
    wanted = address(email)
    if User.objects.filter(email=wanted).exists():
        raise ConsoleError(f"There is a user {wanted} already; choose another address.")
    if password is not None:
        try:
            validate_password(password, User(email=wanted))
        except ValidationError as problem:
            raise ConsoleError(" ".join(problem.messages)) from problem
    user = User.objects.create_superuser(wanted, password)
    audit.record(None, by, "support.create", str(user.pk))
    return user, "" if password else set_password_link(user)
