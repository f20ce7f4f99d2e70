"""Addresses of the webhooks, below /d/<slug>/."""

from django.urls import path

from integration_console.webhooks import views

urlpatterns = [
    path("setup/webhooks/", views.webhooks, name="webhooks"),
    path("setup/webhooks/new/", views.webhook_new, name="webhook_new"),
    path("setup/webhooks/<int:number>/", views.webhook, name="webhook"),
    path("setup/webhooks/<int:number>/secret/", views.webhook_secret, name="webhook_secret"),
    path("setup/webhooks/<int:number>/test/", views.webhook_test, name="webhook_test"),
    path("setup/webhooks/<int:number>/pause/", views.webhook_pause, name="webhook_pause"),
    path("setup/webhooks/<int:number>/resume/", views.webhook_resume, name="webhook_resume"),
    path("setup/webhooks/<int:number>/remove/", views.webhook_remove, name="webhook_remove"),
    path("setup/webhooks/<int:number>/again/", views.webhook_again, name="webhook_again"),
]
