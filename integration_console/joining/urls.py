"""Addresses of unlinking and merging, below a person."""

from django.urls import path

from integration_console.joining import views

urlpatterns = [
    path("people/<int:number>/unlink/", views.unlink, name="person_unlink"),
    path("people/<int:number>/merge/", views.merge_find, name="person_merge_find"),
    path("people/<int:number>/merge/<int:other>/", views.merge, name="person_merge"),
    path("people/<int:number>/take-back/<int:change>/", views.take_back, name="person_take_back"),
]
