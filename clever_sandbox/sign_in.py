"""Signing in by Clever: the authorisation-code grant, `/me`, `/userinfo` and `/oauth/tokeninfo`."""

from urllib.parse import urlencode, urlsplit

import msgspec

from clever_sandbox.district import District
from clever_sandbox.html_parts import address, button, card, field, hidden, page, table, text
from clever_sandbox.logins import Login
from clever_sandbox.messages import HTML, Request, Response, answer, problem
from clever_sandbox.oauth import is_application
from clever_sandbox.people_search import find_people
from clever_sandbox.records import NEWEST, Record
from clever_sandbox.sandbox import Sandbox

_SHOWN = 25


def authorize(sandbox: Sandbox, request: Request) -> Response:
    """The log-in page: whoever is chosen is sent back to the application with a code."""
    given = dict(request.params)
    target = urlsplit(given.get("redirect_uri", ""))
    if given.get("client_id") != sandbox.spec.client_id or given.get("response_type") != "code":
        return problem(400, "unknown client_id, or response_type is not code")
    if target.scheme not in ("http", "https") or not target.netloc:
        return problem(400, "redirect_uri is not an address")
    try:
        district = sandbox.district(given.get("district_id"))
    except LookupError as wrong:
        return problem(400, str(wrong))
    user = given.get("user", "")
    if not user or district.people.shown(user) is None:
        return _choose(district, given)
    code = sandbox.logins.give_code(Login(district, user), given["redirect_uri"])
    back = {"code": code, **({"state": given["state"]} if "state" in given else {})}
    joint = "&" if target.query else "?"
    location = f"{given['redirect_uri']}{joint}{urlencode(back)}"
    return Response(302, [b""], HTML, [("Location", location)])


def exchange_code(sandbox: Sandbox, request: Request) -> Response:
    """POST /oauth/tokens: a code for a token, with the application's credentials."""
    if not is_application(sandbox, request):
        return problem(401, "Unauthorized")
    try:
        is_json = "json" in request.headers.get("content-type", "")
        given = request.json() if is_json else request.form()
        code, redirect_uri = str(given["code"]), str(given["redirect_uri"])
    except (KeyError, TypeError, msgspec.DecodeError):
        return problem(400, "invalid request")
    is_grant = given.get("grant_type") == "authorization_code"
    token = sandbox.logins.take_code(code, redirect_uri) if is_grant else None
    if token is None:
        return problem(400, "invalid grant: invalid code")
    return answer({"access_token": token})


def me(request: Request, login: Login) -> Response:
    """Who the token belongs to."""
    version = request.path.strip("/").partition("/")[0]
    own = {"id": login.user_id, "district": login.district.id}
    links = {
        "self": "/me",
        "canonical": f"/{version}/users/{login.user_id}",
        "district": f"/{version}/districts/{login.district.id}",
    }
    return answer(
        {
            "type": "user",
            "data": {**own, "type": "user", "authorized_by": "district"},
            "links": [{"rel": rel, "uri": uri} for rel, uri in links.items()],
        }
    )


def who_is(sandbox: Sandbox, request: Request, token: str) -> Response:
    """`/me`, `/userinfo` and `/oauth/tokeninfo` for the token of somebody who signed in."""
    login = sandbox.logins.login_of(token)
    user = login.district.people.shown(login.user_id) if login else None
    if login is None or user is None:
        return problem(401, "Unauthorized")
    if request.path == "/oauth/tokeninfo":
        return answer({"client_id": sandbox.spec.client_id, "scopes": ["read:user_id"]})
    return answer(_claims(login, user)) if request.path == "/userinfo" else me(request, login)


def _claims(login: Login, user: Record) -> Record:
    role, held = next(iter(user["roles"].items()))
    name = user.get("name", {})
    return {
        "sub": login.user_id,
        "user_id": held.get("legacy_id", login.user_id),
        "multi_role_user_id": login.user_id,
        "user_type": role,
        "district": login.district.id,
        "email": user.get("email") or "",
        "email_verified": False,
        "given_name": name.get("first") or "",
        "family_name": name.get("last") or "",
    }


def _choose(district: District, given: dict[str, str]) -> Response:
    words = given.pop("text", "")
    given.pop("user", None)
    role = None if words else "district_admin"
    people = find_people(district, role=role, text=words, limit=_SHOWN)
    rows = [[_sign_in_link(person, given), text(", ".join(person["roles"]))] for person in people]
    search = (
        '<form method="get" action="/oauth/authorize" class="line">'
        f"{''.join(hidden(name, value) for name, value in given.items())}"
        f"{field('Words', 'text', words, 'search')}{button('Find')}</form>"
    )
    listing = table("Sign in as", ("Person", "Roles"), rows, "Nobody is found.")
    title = f"Sign in to {district.profile['name']}"
    shown = page(title, [card("Who are you?", search, listing)], district.id, "")
    return Response(200, [shown.encode("utf-8", "replace")], HTML)


def _sign_in_link(person: Record, given: dict[str, str]) -> str:
    name = person.get("name") or {}
    shown = " ".join(filter(None, (name.get("first"), name.get("last")))) or person["id"]
    link = address("/oauth/authorize", **{**given, "user": person["id"]})
    return f'<a href="{link}">{text(shown)}</a>'


def may_see(login: Login, steps: list[str]) -> bool:
    """Whether somebody who signed in may ask for this path: their own record and district only."""
    return steps in (["users", login.user_id], ["districts", login.district.id])


ME_PATHS = ("/v3.0/me", f"/{NEWEST}/me", "/me", "/userinfo", "/oauth/tokeninfo")
