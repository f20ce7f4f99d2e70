"""Addresses of Manage Email Notifications, below /d/<slug>/."""

from django.urls import path

from integration_console.telling import views

urlpatterns = [
    path("clever/notifications/", views.recipients, name="recipients"),
    path("clever/notifications/mail/test/", views.mail_test, name="mail_test"),
    path("clever/notifications/mail/again/", views.mail_again, name="mail_again"),
    path("clever/notifications/<str:data_type>/", views.recipients_edit, name="recipients_edit"),
]
