"""Addresses of locks and protected people, below a district."""

from django.urls import path

from integration_console.keeping.views import lists, many, one

urlpatterns = [
    path("people/locks/", lists.locks, name="locks"),
    path("people/locks.csv", lists.locks_csv, name="locks_csv"),
    path("people/locks/<slug:act>/", many.locks_act, name="locks_act"),
    path("people/protected/", lists.protected_people, name="protected_people"),
    path("people/protected/unprotect/", many.unprotect, name="unprotect"),
    path("people/act/<slug:act>/", many.people_act, name="people_act"),
    path("people/<int:number>/lock/", one.person_lock, name="person_lock"),
    path("people/<int:number>/unlock/<slug:field>/", one.person_unlock, name="person_unlock"),
    path("people/<int:number>/protect/", one.person_protect, name="person_protect"),
    path("people/<int:number>/unprotect/", one.person_unprotect, name="person_unprotect"),
]
