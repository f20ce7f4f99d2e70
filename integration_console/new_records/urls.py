"""The address of the values that new records get."""

from django.urls import path

from integration_console.new_records import views

urlpatterns = [
    path("clever/settings/<slug:data_type>/new-records/", views.new_records, name="new_records"),
]
