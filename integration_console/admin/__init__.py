"""Support's back office: Django's admin with districts, users and grants; nobody's record."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from integration_console.admin import accounts, districts

__all__ = ["accounts", "districts"]

admin.site.site_header = "Support"
admin.site.site_title = "Support"
admin.site.index_title = "Back office"

# Theirs would show the secrets of second factors, and let an address be changed.
for model in (EmailAddress, Authenticator, Group):
    admin.site.unregister(model)
