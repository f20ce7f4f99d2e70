"""The address of the Import Summary, below /d/<slug>/."""

from django.urls import path

from integration_console.importing import views

urlpatterns = [path("clever/import/", views.import_summary, name="import_summary")]
