"""Districts and schools in the back office: who waits for Clever, and the switch (A18, B01)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.support import set_leave
from integration_console.admin.rules import ForSupport, actor
from notifications.invitations import tell_enabled
from schools.models import District, School

WAITING = {"clever_enabled": False, "clever_requested_at__isnull": False}
MOST_WAITING = 50


class CleverFilter(admin.SimpleListFilter):
    """Waiting for Support, enabled, or neither."""

    title = "Clever"
    parameter_name = "clever"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("waiting", "Waiting for us"),
            ("enabled", "Enabled"),
            ("not", "Not asked for"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted: dict[str, dict[str, bool]] = {
            "waiting": WAITING,
            "enabled": {"clever_enabled": True},
            "not": {"clever_enabled": False, "clever_requested_at__isnull": True},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


@admin.register(District)
class DistrictAdmin(ForSupport):
    """Those who wait come first; enabling tells whoever asked by mail."""

    changes = True
    list_display = ("name", "slug", "clever", "clever_requested_at", "clever_requested_by")
    search_fields = ("name", "slug", "clever_requested_by")
    list_filter = (CleverFilter,)
    actions = ("enable_clever",)
    fields = (
        *("name", "slug", "time_zone", "clever_enabled"),
        *("clever_requested_at", "clever_requested_by", "created_at", "grant"),
    )
    readonly_fields = tuple(field for field in fields if field != "clever_enabled")

    def get_queryset(self, request: HttpRequest) -> QuerySet[District]:
        first = Case(When(**WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
        return District.objects.annotate(first=first).order_by("first", "name", "pk")

    @admin.display(description="Clever")
    def clever(self, district: District) -> str:
        if district.clever_enabled:
            return "Enabled"
        return "Waiting for us" if district.clever_requested_at else "Not asked for"

    @admin.display(description="Look into the district")
    def grant(self, district: District) -> SafeString:
        address = reverse("admin:accounts_supportgrant_add")
        return format_html(
            '<a href="{}?district={}">Grant access for a time</a>', address, str(district.pk)
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiting = District.objects.filter(**WAITING).order_by("clever_requested_at", "pk")
        more = {"waiting": waiting[:MOST_WAITING], "title": "Districts"}
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: District, form: Any, change: bool) -> None:
        self.switch(request, obj, enabled=obj.clever_enabled)

    @admin.action(description="Enable Clever for the chosen districts")
    def enable_clever(self, request: HttpRequest, queryset: QuerySet[District]) -> None:
        for district in queryset:
            self.switch(request, district, enabled=True)

    def switch(self, request: HttpRequest, district: District, *, enabled: bool) -> None:
        """Moves Support's leave by the product's action, and says what came of it."""
        if not set_leave(district=district, enabled=enabled, by=actor(request)):
            return
        if not enabled:
            text = f"{district.name}: Clever is not enabled any more; nothing is imported."
        elif tell_enabled(district):
            text = f"{district.name}: enabled. {district.clever_requested_by} was told by mail."
        elif district.clever_requested_by:
            text = (
                f"{district.name}: enabled, but the mail to {district.clever_requested_by}"
                " could not be sent. Tell them yourself."
            )
            messages.warning(request, text)
            return
        else:
            text = f"{district.name}: enabled. Nobody had asked, so nobody was told."
        messages.success(request, text)


@admin.register(School)
class SchoolAdmin(ForSupport):
    """Read only: the schools of a district are the district's."""

    list_display = ("name", "site_code", "district", "number", "is_district_office")
    search_fields = ("name", "site_code", "district__name", "district__slug")
    list_select_related = ("district",)
    show_full_result_count = False
