"""One log line per request: what was asked for, not by whom and not which words (I11).

The route stands for the path: a path may hold the secret of a link, its query a child's name.
"""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("console.requests")


def request_log(answer: Answer) -> Answer:
    """Middleware; it stands behind /healthz and its like, which would fill the log."""

    def logged(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = answer(request)
        found = request.resolver_match
        more = {"district": found.kwargs["slug"]} if found and "slug" in found.kwargs else {}
        log.info(
            "request",
            method=request.method,
            route=found.route if found else "",
            status=response.status_code,
            ms=round((time.monotonic() - began) * 1000),
            **more,
        )
        return response

    return logged
