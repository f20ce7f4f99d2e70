"""The document of the API, and the page that people read."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from integration_console.api.document import document
from integration_console.api.reference import reference


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document. Everybody may read it: it says nothing of any district."""
    return JsonResponse(document())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for people, who write a program before somebody gives them a token."""
    return render(request, "api/reference.html", {"api": reference()})


def nothing(request: HttpRequest, path: str) -> HttpResponse:
    """404, whatever the method; the answer is put into its form on the way out."""
    raise Http404
