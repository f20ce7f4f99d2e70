"""Addresses of Clever Data Integration Settings, below /d/<district>/."""

from django.urls import path

from integration_console.rules import views

urlpatterns = [
    path("clever/settings/", views.settings, name="settings"),
    path("clever/settings/automatic/", views.automatic, name="automatic"),
    path("clever/settings/<slug:data_type>/fields/", views.match_fields, name="match_fields"),
    path("clever/settings/<slug:data_type>/fields/sample/", views.sample, name="field_sample"),
    path(
        "clever/settings/<slug:data_type>/fields/sample/ask/",
        views.ask_sample,
        name="field_sample_ask",
    ),
    path("clever/settings/<slug:data_type>/codes/", views.define_codes, name="define_codes"),
    path("clever/settings/<slug:data_type>/sync/", views.sync_settings, name="sync_settings"),
    path("clever/settings/<slug:data_type>/publish/", views.publish, name="publish_rules"),
    path("clever/settings/<slug:data_type>/discard/", views.discard, name="discard_rules"),
]
