"""Answers that every app gives to a browser."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """303: what a POST has done is looked at with GET, so that "reload" does nothing twice."""

    status_code = 303
