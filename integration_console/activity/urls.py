"""Addresses of Activity, below /d/<slug>/."""

from django.urls import path

from integration_console.activity import views

urlpatterns = [
    path("activity/", views.activity, name="activity"),
    path("activity.csv", views.activity_csv, name="activity_csv"),
]
