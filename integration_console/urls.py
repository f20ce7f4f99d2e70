"""Addresses: every page of a district lives under /d/<district>/."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from integration_console import views

# Support comes in by the same door as everybody: with rate limits and the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler403 = "integration_console.views.refused"

of_district: list[URLPattern | URLResolver] = [
    path("", views.overview, name="overview"),
    path("", include("integration_console.connecting.urls")),
    path("", include("integration_console.charts.urls")),
    path("", include("imports.urls")),
    path("", include("integration_console.telling.urls")),
    path("", include("integration_console.versions.urls")),
    path("", include("integration_console.administration.urls")),
    path("", include("integration_console.configure.urls")),
    path("", include("integration_console.data_privacy.urls")),
    path("", include("integration_console.sources.urls")),
    path("", include("integration_console.importing.urls")),
    path("", include("integration_console.people.urls")),
    path("", include("integration_console.keeping.urls")),
    path("", include("integration_console.joining.urls")),
    path("", include("integration_console.members.urls")),
    path("", include("integration_console.webhooks.urls")),
    path("", include("integration_console.tokens.urls")),
    path("", include("integration_console.activity.urls")),
    path("", include("integration_console.support.urls")),
    path("", include("integration_console.rules.urls")),
    path("", include("integration_console.new_records.urls")),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("d/<slug:slug>/", include(of_district)),
    path("api/", include("integration_console.api.urls")),
    path("accounts/email/", views.not_here),
    path("accounts/clever/", include("integration_console.clever_sign_in.urls")),
    # Whoever has no password (C29) chooses one by a link in their mail: to be signed in, at a
    # computer left alone, is not enough.
    path(
        "accounts/password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("accounts/", include("allauth.urls")),
    # Everybody changes a password at one place, where it is told in the audit.
    path("support/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("support/", admin.site.urls),
]
