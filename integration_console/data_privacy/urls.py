"""Addresses of Data and privacy, below /d/<slug>/."""

from django.urls import path

from integration_console.data_privacy import erasing, views

urlpatterns = [
    path("people/<int:number>/erase/", erasing.person_erase, name="person_erase"),
    path("setup/privacy/", views.privacy, name="privacy"),
    path("setup/privacy/destroy/", views.destroy, name="destroy"),
    path("setup/privacy/<int:number>/", views.certificate, name="certificate"),
    path("setup/privacy/<int:number>/file/", views.certificate_file, name="certificate_file"),
    path("setup/privacy/<int:number>/cancel/", views.destroy_cancel, name="destroy_cancel"),
]
