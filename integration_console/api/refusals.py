"""How the API says no: problem documents (RFC 9457), each with a sentence that says what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from core.problems import ConsoleError
from imports.ordering import AnotherRun

MEDIA_TYPE = "application/problem+json"
NOBODY = (
    "Send a token of the district as “Authorization: Bearer cic_…”. Owners of a district make"
    " tokens under Setup, API tokens."
)
NOT_FOUND = (
    "There is nothing of this number or address in the district of this token. Look up what there"
    " is with the lists, or see the addresses at /api/."
)
NOT_VALID = "Something that was sent is not valid; “errors” says what. Correct it and send again."
SENTENCES: Mapping[int, str] = {
    400: "The request could not be read. Send JSON as the reference at /api/ shows it.",
    404: NOT_FOUND,
    405: "This address does not know this method. See the reference at /api/.",
    413: "The request is too large. Send only what the reference at /api/ names.",
    500: "The console has failed here, which is not your mistake. Try again; tell Support if it"
    " stays.",
    503: "The console is busy or being upgraded. Try again in a minute.",
}
ANYTHING = "The request was refused. See the reference at /api/."


class Invalid(Schema):
    """One thing that is not valid: where it stands, and what is wrong with it."""

    where: str = Field(examples=["query.limit"])
    what: str = Field(examples=["Input should be less than or equal to 500"])


class Problem(Schema):
    """A refusal (RFC 9457). `code` stays the same for programs, `detail` is for people."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["Run 12 is on already. Wait until it has finished."])
    code: str = Field(examples=["run_is_on"])
    errors: list[Invalid] | None = Field(None, description="With 422: what is not valid.")
    run: int | None = Field(None, description="With some 409: the run that stands in the way.")


class Refusal(Exception):
    """A refusal of this API; `wait` are the seconds after which to try again."""

    def __init__(self, status: int, detail: str, code: str, wait: int | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code, self.wait = status, detail, code, wait


def problem(status: int, detail: str, code: str, **more: Any) -> HttpResponse:
    """The answer that says no."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    document |= {"detail": detail, "code": code, **more}
    response = JsonResponse(document, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Type"] = MEDIA_TYPE
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def of_status(status: int) -> HttpResponse:
    """What there is to say when only the number is known."""
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(status, SENTENCES.get(status, ANYTHING), code)


def tell_refusals(api: NinjaAPI) -> None:
    """Lets the API answer with problems, whatever is raised on the way."""
    for raised, handler in HANDLERS.items():
        api.add_exception_handler(raised, handler)


def _refusal(request: HttpRequest, raised: Any) -> HttpResponse:
    response = problem(raised.status, raised.detail, raised.code)
    if raised.wait is not None:
        response.headers["Retry-After"] = str(raised.wait)
    return response


def _console(request: HttpRequest, raised: Any) -> HttpResponse:
    more = {"run": raised.run.pk} if isinstance(raised, AnotherRun) else {}
    return problem(HTTPStatus.CONFLICT, raised.sentence, raised.code, **more)


def _invalid(request: HttpRequest, raised: Any) -> HttpResponse:
    errors = [{"where": where_of(one["loc"]), "what": one["msg"]} for one in raised.errors]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_VALID, "not_valid", errors=errors)


def where_of(place: tuple[str | int, ...]) -> str:
    """ "query.limit" or "body.test": without the names that things have in our code."""
    first, *rest = place
    inner = rest[1:] if first == "body" else rest[:1]
    return ".".join(map(str, (first, *inner)))


def _forbidden(request: HttpRequest, raised: Any) -> HttpResponse:
    return problem(HTTPStatus.FORBIDDEN, str(raised), "not_allowed")


def _nobody(request: HttpRequest, raised: Any) -> HttpResponse:
    return problem(HTTPStatus.UNAUTHORIZED, NOBODY, "no_token")


def _http(request: HttpRequest, raised: Any) -> HttpResponse:
    return of_status(raised.status_code)


def _missing(request: HttpRequest, raised: Any) -> HttpResponse:
    return of_status(HTTPStatus.NOT_FOUND)


HANDLERS: Mapping[type[Exception], Any] = {
    AuthenticationError: _nobody,
    HttpError: _http,
    ValidationError: _invalid,
    Http404: _missing,
    PermissionDenied: _forbidden,
    ConsoleError: _console,
    Refusal: _refusal,
}
