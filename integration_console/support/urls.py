"""Addresses of Support's leave, below /d/<slug>/."""

from django.urls import path

from integration_console.support import views

urlpatterns = [
    path("setup/support/", views.support_access, name="support_access"),
    path("setup/support/take/", views.support_take, name="support_take"),
    path("setup/support/<int:number>/end/", views.support_end, name="support_end"),
]
