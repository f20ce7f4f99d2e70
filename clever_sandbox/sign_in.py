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
    if sandbox.spec.redirect_uris and given["redirect_uri"] not in sandbox.spec.redirect_uris:
        return problem(400, "redirect_uri is not registered for this application")
    return _signed_in(sandbox, "/oauth/authorize", given, given["redirect_uri"])


def instant_login(sandbox: Sandbox, request: Request) -> Response:
    """The tile of the portal: back to the first registered address, with a code and no state."""
    given = dict(request.params)
    given.pop("state", None)
    if given.get("client_id") != sandbox.spec.client_id:
        return problem(400, "unknown client_id")
    if not sandbox.spec.redirect_uris:
        return problem(400, "this application has no registered redirect_uri")
    return _signed_in(sandbox, "/oauth/instant-login", given, sandbox.spec.redirect_uris[0])


def _signed_in(sandbox: Sandbox, path: str, given: dict[str, str], redirect_uri: str) -> Response:
    try:
        district = sandbox.district(given.get("district_id"))
    except LookupError as wrong:
        return problem(400, str(wrong))
    user = district.people.shown(given.get("user", ""))
    state = {"state": given["state"]} if "state" in given else {}
    if "denied" in given:
        return _back(redirect_uri, {"error": "access_denied", **state})
    if user is None:
        return _choose(district, path, given)
    login = Login(district, user["id"], _role_of(user, given.get("role", "")))
    return _back(redirect_uri, {"code": sandbox.logins.give_code(login, redirect_uri), **state})


def _back(redirect_uri: str, brought: dict[str, str]) -> Response:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return Response(302, [b""], HTML, [("Location", f"{redirect_uri}{joint}{urlencode(brought)}")])


def _role_of(user: Record, wanted: str) -> str:
    """The role that somebody signs in with: the one they chose, or else that of an admin."""
    roles = list(user["roles"])
    return next((role for role in (wanted, "district_admin") if role in roles), roles[0])


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
    role = login.role
    held = user["roles"].get(role, {})
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


def _choose(district: District, path: str, given: dict[str, str]) -> Response:
    words = given.pop("text", "")
    given.pop("user", None)
    role = None if words else "district_admin"
    people = find_people(district, role=role, text=words, limit=_SHOWN)
    rows = [
        [_sign_in_link(person, path, given), _as_role(person, path, given)] for person in people
    ]
    search = (
        f'<form method="get" action="{path}" class="line">'
        f"{''.join(hidden(name, value) for name, value in given.items())}"
        f"{field('Words', 'text', words, 'search')}{button('Find')}</form>"
    )
    listing = table("Sign in as", ("Person", "Roles"), rows, "Nobody is found.")
    title = f"Sign in to {district.profile['name']}"
    denied = f'<p><a href="{address(path, **given, denied="1")}">Do not sign in</a></p>'
    shown = page(title, [card("Who are you?", search, listing, denied)], district.id, "")
    return Response(200, [shown.encode("utf-8", "replace")], HTML)


def _as_role(person: Record, path: str, given: dict[str, str]) -> str:
    """The roles; somebody with several chooses the one that they sign in with."""
    roles = list(person["roles"])
    if len(roles) == 1:
        return text(roles[0])
    links = [address(path, **{**given, "user": person["id"], "role": role}) for role in roles]
    return ", ".join(
        f'<a href="{link}">{text(role)}</a>' for role, link in zip(roles, links, strict=True)
    )


def _sign_in_link(person: Record, path: str, given: dict[str, str]) -> str:
    name = person.get("name") or {}
    shown = " ".join(filter(None, (name.get("first"), name.get("last")))) or person["id"]
    link = address(path, **{**given, "user": person["id"]})
    return f'<a href="{link}">{text(shown)}</a>'


def may_see(login: Login, steps: list[str]) -> bool:
    """Whether somebody who signed in may ask for this path: their own record and district only."""
    return steps in (["users", login.user_id], ["districts", login.district.id])


ME_PATHS = ("/v3.0/me", f"/{NEWEST}/me", "/me", "/userinfo", "/oauth/tokeninfo")
