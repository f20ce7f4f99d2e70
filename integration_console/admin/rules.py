"""Who may do what in the back office: every Support user looks, and changes what a page offers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ForSupport(admin.ModelAdmin):  # type: ignore[type-arg]
    """Support reads everything here. Nothing is added, changed or deleted unless a page says so."""

    adds = False
    changes = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_support(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and is_support(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes and is_support(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def is_support(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def actor(request: HttpRequest) -> str:
    """By whom an action is done, as the audit names people."""
    return str(request.user)
