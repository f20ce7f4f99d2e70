"""Users, memberships and grants in the back office."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Membership, SupportGrant, User
from accounts.support import (
    check_grant,
    end_grant,
    forget_second_factor,
    set_account_open,
)
from core.problems import ConsoleError
from integration_console.admin.rules import ForSupport, actor
from integration_console.support.granting import let_in


@admin.register(User)
class UserAdmin(ForSupport):
    """Accounts: whether they are open. The password and the second factor are not shown."""

    changes = True
    list_display = ("email", "last_name", "first_name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "last_name", "first_name")
    list_filter = ("is_active", "is_staff")
    actions = ("forget_second_factor",)
    fields = (
        *("email", "first_name", "last_name", "is_active", "is_staff", "last_login"),
        "date_joined",
    )
    readonly_fields = tuple(field for field in fields if field != "is_active")
    ordering = ("email",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Not by the password's hash, which could be guessed letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        try:
            set_account_open(user=obj, is_open=obj.is_active, by=actor(request))
        except ConsoleError as refusal:
            messages.error(request, refusal.sentence)

    @admin.action(description="Forget the second factor (phone and recovery codes are lost)")
    def forget_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            try:
                gone = forget_second_factor(user=user, by=actor(request))
            except ConsoleError as refusal:
                messages.error(request, refusal.sentence)
            else:
                text = "the second factor is forgotten" if gone else "there was no second factor"
                messages.success(request, f"{user.email}: {text}.")


@admin.register(Membership)
class MembershipAdmin(ForSupport):
    """Read only: a district's owners decide who belongs to it."""

    list_display = ("user", "district", "role", "invited_by", "invited_at")
    search_fields = ("user__email", "district__name", "district__slug")
    list_filter = ("role",)
    list_select_related = ("user", "district")
    fields = ("user", "district", "role", "invited_by", "invited_at")
    show_full_result_count = False
    ordering = ("user__email", "pk")


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """Access to a district's people for a reason and a time."""

    until = forms.DateTimeField(
        help_text="In UTC; three days from now at most.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = SupportGrant
        fields = ("district", "user", "reason", "until")

    def clean(self) -> dict[str, Any]:
        read = super().clean() or self.cleaned_data
        if read.get("reason") and read.get("until"):
            try:
                check_grant(reason=read["reason"], until=read["until"], now=timezone.now())
            except ConsoleError as refusal:
                raise forms.ValidationError(refusal.sentence) from refusal
        return read


@admin.register(SupportGrant)
class SupportGrantAdmin(ForSupport):
    """Given with a reason and an end, ended early, never changed and never deleted (C33)."""

    adds = True
    form = GrantForm
    list_display = ("district", "user", "reason", "granted_by", "granted_at", "until")
    search_fields = ("district__name", "district__slug", "user__email", "reason")
    list_select_related = ("district", "user")
    raw_id_fields = ("district",)
    actions = ("end_now",)
    ordering = ("-pk",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        assert isinstance(request.user, User)
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        hour = timezone.now() + timedelta(hours=1)
        return {"user": request.user.pk, "until": hour, **given}

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: SupportGrant, form: Any, change: bool) -> None:
        obj.pk = let_in(
            district=obj.district, user=obj.user, reason=obj.reason, until=obj.until,
            now=timezone.now(), by=actor(request),
        ).pk  # fmt: skip

    @admin.action(description="End the chosen grants now")
    def end_now(self, request: HttpRequest, queryset: QuerySet[SupportGrant]) -> None:
        for grant in queryset.select_related("district"):
            end_grant(grant=grant, now=timezone.now(), by=actor(request))
