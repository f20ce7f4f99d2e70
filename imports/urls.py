"""Addresses of the operations pages, below /d/<slug>/."""

from django.urls import path

from imports import views

urlpatterns = [
    path("operations/", views.operations, name="operations"),
    path("operations.csv", views.operations_csv, name="operations_csv"),
    path("operations/<int:number>/", views.run, name="run"),
    path("operations/<int:number>/live/", views.run_live, name="run_live"),
    path("operations/<int:number>/cancel/", views.cancel, name="run_cancel"),
    path("operations/<int:number>/import/", views.decide, {"word": "import"}, name="run_confirm"),
    path("operations/<int:number>/discard/", views.decide, {"word": "discard"}, name="run_discard"),
    path("operations/<int:number>/changes.csv", views.changes_csv, name="changes_csv"),
    path("test-import/", views.test_import, name="test_import"),
    path("start-import/", views.start_import, name="start_import"),
    path("sync-now/", views.sync_now, name="sync_now"),
]
