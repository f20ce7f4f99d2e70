"""Addresses of other sources and the match rates, below /d/<slug>/."""

from django.urls import path

from integration_console.sources import begin_views, export_views, rates_views, views

urlpatterns = [
    path("clever/sources/", views.sources, name="sources"),
    path("clever/sources/switch/", begin_views.switch_source, name="switch_source"),
    path("clever/sources/begin/", begin_views.begin, name="begin"),
    path("clever/sources/state/", views.switch, name="source_state"),
    path("clever/sources/<slug:system>/picture/", views.picture, name="source_picture"),
    path("clever/sources/exports/<int:number>/", export_views.export, name="source_export"),
    path(
        "clever/sources/exports/<int:number>.csv", export_views.export_csv, name="source_export_csv"
    ),
    path(
        "clever/sources/exports/<int:number>/restore/", export_views.restore, name="source_restore"
    ),
    path("clever/match-rates/", rates_views.match_rates, name="match_rates"),
    path("clever/match-rates/confirm/", rates_views.confirm, name="confirm_student_id"),
]
