"""Addresses of Users and roles, below /d/<slug>/."""

from django.urls import path

from integration_console.members import views

urlpatterns = [
    path("setup/users/", views.users, name="users"),
    path("setup/users/invite/", views.user_invite, name="user_invite"),
    path("setup/users/<int:number>/", views.user_edit, name="user_edit"),
    path("setup/users/<int:number>/remove/", views.user_remove, name="user_remove"),
    path(
        "setup/users/<int:number>/invite-again/", views.user_invite_again, name="user_invite_again"
    ),
]
