"""Addresses of District Administration and of Get ready for Clever, below /d/<slug>/."""

from django.urls import path

from integration_console.administration import views

urlpatterns = [
    path("setup/", views.administration, name="administration"),
    path("setup/terminology/", views.terminology, name="terminology"),
    path("setup/school-year/", views.school_year, name="school_year"),
    path("clever/get-ready/", views.get_ready, name="get_ready"),
    path("clever/get-ready/ask/", views.ask_support, name="ask_support"),
    path("clever/get-ready/district-id/", views.save_district_id, name="save_district_id"),
    path("clever/get-ready/check/", views.check_again, name="check_again"),
]
