"""Addresses of what-if, versions and the settings document, below /d/<slug>/."""

from django.urls import path

from integration_console.versions import document_views, views

urlpatterns = [
    path("clever/settings/<slug:data_type>/what-if/", views.what_if, name="what_if"),
    path("clever/settings/<slug:data_type>/what-if/live/", views.what_if_live, name="what_if_live"),
    path("clever/settings/<slug:data_type>/versions/", views.versions, name="versions"),
    path(
        "clever/settings/<slug:data_type>/versions/<int:version>/restore/",
        views.restore_version,
        name="restore_version",
    ),
    path("clever/settings/document/", document_views.document, name="settings_document"),
    path("clever/settings/document.json", document_views.download, name="settings_download"),
    path("clever/settings/document/upload/", document_views.upload, name="settings_upload"),
    path("clever/settings/document/copy/", document_views.copy, name="settings_copy"),
    path("clever/settings/document/apply/", document_views.apply, name="settings_apply"),
]
