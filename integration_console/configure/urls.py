"""Addresses of Configure and of the question before it, below /d/<slug>/."""

from django.urls import path

from integration_console.configure import views

urlpatterns = [
    path("clever/configure/", views.configure, name="configure"),
    path("clever/arrival/", views.arrival, name="arrival"),
]
