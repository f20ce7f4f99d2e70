"""/healthz, /readyz and /metrics: answered before anything else is.

They are asked by machines, by an address of the inside and without TLS: no session, no redirect,
no check of the host's name. An answer never says where a database is, or who.
"""

import hmac
import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from integration_console.health import figures, parts

Answer = Callable[[HttpRequest], HttpResponse]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def health(answer: Answer) -> Answer:
    """Middleware; it stands first."""

    def answered(request: HttpRequest) -> HttpResponse:
        asked = PAGES.get(request.path_info)
        if asked is None:
            return answer(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = asked(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


def healthz(request: HttpRequest) -> HttpResponse:
    """This process is up. Nothing else is looked at, so that nothing else can get it killed."""
    return HttpResponse("up\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Every part with what is wrong; 503 if the nights do not run by themselves now."""
    found = parts.look()
    ready = all(part.ok for part in found)
    told: dict[str, dict[str, object]] = {}
    for part in found:
        told[part.name] = {"ok": part.ok}
        if part.says:
            told[part.name]["says"] = part.says
        if part.seconds is not None:
            told[part.name]["seconds"] = part.seconds
    return JsonResponse({"ready": ready, "parts": told}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; for anybody who may not see them there is no such page."""
    if not _may_see_figures(request):
        return HttpResponse("Not found\n", status=404, content_type="text/plain")
    return HttpResponse(figures.as_text(figures.count()), content_type=METRICS_TYPE)


def _may_see_figures(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # Whoever comes through a proxy has the proxy's address: an address counts only without one.
    return "X-Forwarded-For" not in request.headers and _is_allowed(request.META["REMOTE_ADDR"])


def _is_allowed(address: str) -> bool:
    try:
        asking = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(
        asking in ipaddress.ip_network(allowed, strict=False)
        for allowed in settings.METRICS_ADDRESSES
    )


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
