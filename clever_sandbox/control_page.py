"""The control page `/_sandbox/`: forms that post and come back, without any script."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from clever_sandbox.change import ControlProblem
from clever_sandbox.control_actions import perform
from clever_sandbox.html_parts import page
from clever_sandbox.messages import HTML, Request, Response, unknown_page
from clever_sandbox.pages import PAGES
from clever_sandbox.presets import PRESETS
from clever_sandbox.sandbox import Sandbox

_STYLE = Path(__file__).with_name("control_page.css")
_POLICY = ("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'")
_NUMBERS: dict[str, Callable[[str], Any]] = {"limit": int, "seconds": float, "answer": int}


def serve_page(sandbox: Sandbox, request: Request) -> Response:
    """The page that was asked for, or the way back after a form was sent."""
    if request.method == "POST" and request.path == "/_sandbox/do":
        return _do(sandbox, request)
    if request.path == "/_sandbox/style.css":
        return Response(200, [_STYLE.read_bytes()], "text/css; charset=utf-8")
    if request.path == "/_sandbox":
        return Response(303, [b""], HTML, [("Location", "/_sandbox/")])
    show = PAGES.get(request.path)
    if request.method != "GET" or show is None:
        return unknown_page()
    try:
        district = sandbox.district(request.param("district"))
        title, content = show(sandbox, district, request)
    except (ControlProblem, LookupError, ValueError) as wrong:
        return _page("Not found", [], "", request.path, wrong=str(wrong), status=404)
    said, wrong_text = request.param("said") or "", request.param("wrong") or ""
    return _page(title, content, district.id, request.path, said=said, wrong=wrong_text)


def _page(
    title: str,
    content: list[str],
    district: str,
    here: str,
    *,
    said: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    document = page(title, content, district, here, said, wrong)
    return Response(status, [document.encode("utf-8", "replace")], HTML, [_POLICY])


def _do(sandbox: Sandbox, request: Request) -> Response:
    given = request.form()
    back = given.pop("back", "/_sandbox/")
    if not back.startswith("/_sandbox/"):
        back = "/_sandbox/"
    try:
        note = {"said": _perform(sandbox, given)}
    except ControlProblem as wrong:
        note = {"wrong": str(wrong)}
    location = f"{back}{'&' if '?' in back else '?'}{urlencode(note)}"
    return Response(303, [b""], HTML, [("Location", location)])


def _perform(sandbox: Sandbox, given: dict[str, str]) -> str:
    action, district = given.pop("action", ""), given.pop("district", "")
    if action == "preset":
        preset = PRESETS.get(given.get("preset", ""))
        if preset is None:
            raise ControlProblem("no such preset")
        for name, args in preset.steps:
            perform(sandbox, name, {"district": district, **args})
        return f"Done: {preset.title}. {preset.sentence}"
    result = perform(sandbox, action, {"district": district, **read_fields(given)})
    words = action.replace("_", " ")
    return f"Done: {words}. {result}" if isinstance(result, str | list) else f"Done: {words}."


def read_fields(given: dict[str, str]) -> dict[str, Any]:
    """A form's texts as arguments: `field:PATH` differing from `was:PATH` is a change."""
    args: dict[str, Any] = {}
    changes: dict[str, Any] = {}
    try:
        for name, value in given.items():
            path = name.partition(":")[2]
            if name.startswith("was:"):
                continue
            if name.startswith("field:"):
                if value != given.get(f"was:{path}"):
                    changes[path] = value
            elif name == "on":
                args[name] = value == "yes"
            elif value != "":
                args[name] = _NUMBERS.get(name, str)(value)
    except ValueError as wrong:
        raise ControlProblem(str(wrong)) from wrong
    has_fields = any(name.startswith("field:") for name in given)
    return {**args, "changes": changes} if has_fields else args
