"""What somebody typed is not lost when they were signed out meanwhile (H13).

A form that arrives without a session is kept beside the sign-in, for an hour, and for the one user
whom a signed cookie of this browser names. After signing in, its address offers it once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User

WHO, KEPT = "last_user", "typed"
COOKIE_DAYS = 30
KEPT_SECONDS = 60 * 60
MOST_LETTERS = 200_000
OF_DISTRICTS = "/d/"


@dataclass(frozen=True)
class Typed:
    """The fields of a form; never a password, and no file. `files` says whether there was one."""

    fields: list[tuple[str, str]]
    files: bool

    @property
    def shown(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), value) for name, value in self.fields if value]


def typed_in(request: HttpRequest) -> Typed:
    """What a request sends, without the form's token and without passwords."""
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    return Typed(fields, bool(request.FILES))


def sent_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our own pages sent this, and no stranger's."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


class KeepTyped:
    """Keeps what arrives without a session, and offers it after the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = request.user
        if isinstance(user, User) and who(request) != user.pk:
            response.set_signed_cookie(
                WHO, str(user.pk), max_age=COOKIE_DAYS * 24 * 60 * 60, httponly=True,
                secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
            )  # fmt: skip
        return response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Behind the check of the form's token, so nothing that a stranger sends is kept."""
        if not request.path.startswith(OF_DISTRICTS):
            return None
        if request.method == "POST" and not request.user.is_authenticated:
            keep(request)
        elif request.method == "GET" and isinstance(request.user, User):
            return offered(request, request.user)
        return None


def keep(request: HttpRequest) -> None:
    """Keeps the form for the user whom this browser knows, unless it is huge."""
    typed, user = typed_in(request), who(request)
    if user is None or sum(len(name) + len(value) for name, value in typed.fields) > MOST_LETTERS:
        return
    request.session[KEPT] = {
        "user": user,
        "at": timezone.now().timestamp(),
        "path": request.get_full_path(),
        "fields": typed.fields,
        "files": typed.files,
    }


def offered(request: HttpRequest, user: User) -> HttpResponse | None:
    """The kept form, once, at its own address and to its own user."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None:
        return None
    fresh = timezone.now().timestamp() - kept["at"] < KEPT_SECONDS
    own = kept["user"] == user.pk
    if own and fresh and kept["path"].partition("?")[0] != request.path:
        return None
    del request.session[KEPT]
    if not (own and fresh):
        return None
    typed = Typed([(str(name), str(value)) for name, value in kept["fields"]], kept["files"])
    return render(request, "typed_again.html", {"typed": typed, "path": kept["path"]})


def who(request: HttpRequest) -> int | None:
    """The user who was signed in here last, by our own signature."""
    said = request.get_signed_cookie(WHO, default="", max_age=COOKIE_DAYS * 24 * 60 * 60)
    return int(said) if said and said.isdigit() else None


def not_sent(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is not good. What one of our own pages sent can be sent again."""
    ours = request.user.is_authenticated and sent_from_here(request)
    context = {
        "typed": typed_in(request) if ours else None,
        "path": request.get_full_path(),
    }
    return render(request, "403_csrf.html", context, status=403)
