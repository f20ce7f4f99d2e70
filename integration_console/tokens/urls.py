"""Addresses of API tokens, below /d/<slug>/."""

from django.urls import path

from integration_console.tokens import views

urlpatterns = [
    path("setup/tokens/", views.tokens, name="tokens"),
    path("setup/tokens/new/", views.token_new, name="token_new"),
    path("setup/tokens/<int:number>/revoke/", views.token_revoke, name="token_revoke"),
]
