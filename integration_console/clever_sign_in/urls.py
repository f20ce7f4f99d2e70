"""Addresses of Sign in with Clever, below /accounts/clever/. Clever knows the one of `back`."""

from django.urls import path

from integration_console.clever_sign_in import views

urlpatterns = [
    path("", views.start, name="clever_start"),
    path("back/", views.back, name="clever_back"),
    path("connect/", views.connect_start, name="clever_connect_start"),
    path("connect/confirm/", views.connect, name="clever_connect"),
    path("disconnect/<int:number>/", views.disconnect, name="clever_disconnect"),
    path("invited/<str:uid>/", views.invited_start, name="clever_invited"),
    path("invited/<str:uid>/confirm/", views.accept, name="clever_accept"),
]
