"""Addresses of the people pages, below a district."""

from django.urls import path

from integration_console.people.views import editing, leavers, listing

urlpatterns = [
    path("people/", listing.listing, name="people"),
    path("people.csv", listing.listing_csv, name="people_csv"),
    path("people/new/", editing.person_new, name="person_new"),
    path("people/transferred/", leavers.transferred, name="transferred"),
    path("people/transferred.csv", leavers.transferred_csv, name="transferred_csv"),
    path("people/transferred/<slug:act>/", leavers.transferred_act, name="transferred_act"),
    path("people/deleted/", leavers.deleted_people, name="deleted_people"),
    path("people/deleted/restore/", leavers.restore_people, name="restore_people"),
    path("people/<int:number>/", listing.person, name="person"),
    path("people/<int:number>/edit/", editing.person_edit, name="person_edit"),
]
