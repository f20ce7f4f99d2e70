"""Addresses of the API, below /api/."""

from django.urls import path

from integration_console.api import views
from integration_console.api.rooms import api

urlpatterns = [
    path("", views.page, name="api_reference"),
    path("v1/openapi.json", views.openapi, name="api_document"),
    path("v1/", api.urls),
    path("<path:path>", views.nothing),
]
