"""Addresses: every page of a district lives under /d/<district>/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("support/", admin.site.urls),
]
