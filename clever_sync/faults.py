"""What can go wrong between Clever and us: one exception per meaning, each with its sentence."""

from datetime import datetime


class CleverFault(Exception):
    """Something at Clever or on the way to it. The sentence is for people and holds no secrets.

    `permanent` faults are not worth a retry; `retry_at` is when trying again makes sense, None
    where the caller decides.
    """

    code = "clever_unavailable"
    permanent = False
    default = "Clever could not be reached."

    def __init__(self, sentence: str = "", *, retry_at: datetime | None = None) -> None:
        self.sentence = sentence or self.default
        self.retry_at = retry_at
        super().__init__(self.sentence)


class Unavailable(CleverFault):
    """No good answer after all retries: 5xx, timeouts, broken connections, damaged JSON."""

    default = "Clever could not be reached or did not answer properly."


class RateLimited(CleverFault):
    """Too many requests; `retry_at` says when to go on. Nothing is wrong."""

    code = "clever_rate_limited"
    default = "Clever asks us to wait before the next request."


class UnexpectedAnswer(CleverFault):
    """An answer that is not what the API promises, again and again."""

    code = "unexpected_answer"
    permanent = True
    default = "Clever answered with something that is not roster data."


class BadRequest(CleverFault):
    """Clever refuses the request itself: 400, 402, 413, 501."""

    code = "clever_bad_request"
    permanent = True
    default = "Clever refused the request."


class TokenRefused(CleverFault):
    """The district's token is refused, and Clever has no other."""

    code = "clever_token_refused"
    permanent = True
    default = "Clever no longer accepts this district's authorization."


class CredentialsRefused(CleverFault):
    """The application's own client id or secret is refused."""

    code = "clever_credentials_refused"
    permanent = True
    default = "Clever does not accept this application's client ID and secret."


class DistrictGone(CleverFault):
    """The district does not share with us any more. Never the same as "nobody there"."""

    code = "clever_disconnected"
    permanent = True
    default = "The district has disconnected this application in Clever."


class WrongDistrict(CleverFault):
    """The authorization belongs to another district than the stored id."""

    code = "wrong_district"
    permanent = True
    default = "Clever answers for another district than the one stored here."


class UnexpectedRedirect(CleverFault):
    """A redirect, or a next page on another host. Never followed; the token is not sent there."""

    code = "unexpected_redirect"
    permanent = True
    default = "Clever tried to send us to another address; it was not followed."


class ApiRetired(CleverFault):
    """The version of the API that we speak is not there any more."""

    code = "api_retired"
    permanent = True
    default = "Clever no longer serves the version of its API that this console speaks."


class CodeRefused(CleverFault):
    """The code that somebody brought from Clever is used, too old or nobody's."""

    code = "clever_code_refused"
    permanent = True
    default = "Clever does not accept this log-in any more."


class LoginRefused(CleverFault):
    """The token of somebody who signed in is refused."""

    code = "clever_login_refused"
    permanent = True
    default = "Clever does not know this log-in any more."


class UserGone(CleverFault):
    """Somebody has signed in of whom Clever has no record for us."""

    code = "clever_user_gone"
    permanent = True
    default = "Clever does not know this user any more."
