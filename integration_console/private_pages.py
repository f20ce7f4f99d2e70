"""No page is kept: the next person at a shared computer must not find it by the Back button."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def private_pages(answer: Answer) -> Answer:
    """Middleware: neither browsers nor proxies store an answer that does not say otherwise.

    It stands behind WhiteNoise, whose files are everybody's.
    """

    def private(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return private
