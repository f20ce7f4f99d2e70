"""Forms of versions, what-if and the settings document. They validate and nothing else."""

from django import forms


class WhatIfForm(forms.Form):
    """Whether the school matches that are chosen but not saved are supposed, too."""

    schools = forms.BooleanField(required=False)
