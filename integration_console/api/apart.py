"""What is under /api/ lives without cookies, and fails in one form (RFC 9457)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from integration_console.api.refusals import MEDIA_TYPE, of_status

Answer = Callable[[HttpRequest], HttpResponse]
BELOW = "/api/"


def apart(answer: Answer) -> Answer:
    """Middleware: no session is known under /api/, so no page of somebody else can use one.

    It stands before whatever reads cookies. What the framework refuses by itself (an address that
    is none, a method, a failure of ours) is told as a problem, too.
    """

    def without_cookies(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(BELOW):
            return answer(request)
        request.COOKIES = {}
        response = answer(request)
        response.cookies.clear()
        if response.status_code >= 400 and response.headers["Content-Type"] != MEDIA_TYPE:
            told = of_status(response.status_code)
            if "Allow" in response.headers:
                told["Allow"] = response.headers["Allow"]
            return told
        return response

    return without_cookies
