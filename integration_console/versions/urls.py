"""Addresses of what-if, versions and the settings document, below /d/<slug>/."""

from django.urls import path

from integration_console.versions import views

urlpatterns = [
    path("clever/settings/<slug:data_type>/what-if/", views.what_if, name="what_if"),
    path("clever/settings/<slug:data_type>/what-if/live/", views.what_if_live, name="what_if_live"),
]
