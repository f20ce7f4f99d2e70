"""Addresses of the charts, below /d/<slug>/."""

from django.urls import path

from integration_console.charts import views

urlpatterns = [
    path("operations/charts/", views.charts, name="charts"),
    path("operations/charts.csv", views.charts_csv, name="charts_csv"),
]
