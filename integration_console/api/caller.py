"""Who calls: a program with a token of one district. The first line of every answer is here."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security.http import HttpAuthBase

from accounts import audit, bearer
from accounts.access import Access
from accounts.limits import allows_guess
from accounts.models import ApiToken
from core.vocabulary import TokenScope
from integration_console.api.refusals import Refusal
from schools.models import District

READS_ONLY = (
    "This token may only read. An owner of the district can make one that may “Read and act”."
)
TOO_MANY = "This token has had its {} calls of this minute. Wait {} seconds, then go on."
GUESSING = "Too many tokens that are none came from this address. Wait 5 minutes, then try again."
GUESSES_FORGOTTEN = 5 * 60


@dataclass(frozen=True)
class Caller:
    """The token, and what may be done with it."""

    token: ApiToken
    access: Access

    @property
    def district(self) -> District:
        return self.access.district

    @property
    def name(self) -> str:
        return bearer.name_of(self.token)

    def must_act(self) -> None:
        """Raises PermissionDenied for a token that may only read."""
        if self.token.scope != TokenScope.ACT:
            raise PermissionDenied(READS_ONLY)

    def sees_people(self, what: str) -> None:
        """Notes in the audit that people were read; once an hour for each kind of it."""
        audit.record_look(self.district, self.name, "api.people_read", what)


class ApiRequest(HttpRequest):
    """A request whose token was good."""

    auth: Caller


class Bearer(HttpAuthBase):
    """Authorization: Bearer cic_..., and nothing else: no cookie, no parameter."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Caller | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        return known(request, secret.strip()) if scheme.lower() == "bearer" else None


def known(request: HttpRequest, secret: str) -> Caller:
    """Whoever has this token. Raises Refusal: 401 for none, 429 for one too many."""
    now = timezone.now()
    try:
        token, access = bearer.access_by(secret, now)
    except bearer.Refused as refused:
        if not refused.known and not allows_guess(request):
            raise Refusal(429, GUESSING, "too_many_guesses", GUESSES_FORGOTTEN) from refused
        raise Refusal(401, refused.sentence, refused.code) from refused
    most = settings.API_CALLS_PER_MINUTE
    if not bearer.counted(token, most):
        wait = 60 - now.second
        raise Refusal(429, TOO_MANY.format(most, wait), "too_many_calls", wait)
    return Caller(token, access)
