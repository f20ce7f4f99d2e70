"""Addresses of Manage Email Notifications, below /d/<slug>/."""

from django.urls import path

from integration_console.telling import views

urlpatterns = [
    path("clever/notifications/", views.recipients, name="recipients"),
    path("clever/notifications/<str:data_type>/", views.recipients_edit, name="recipients_edit"),
]
