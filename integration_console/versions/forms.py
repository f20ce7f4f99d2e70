"""Forms of versions, what-if and the settings document. They validate and nothing else."""

from collections.abc import Sequence
from typing import Any

from django import forms

from integration_console.versions.documents import LARGEST
from schools.models import District

MOST = 2_000_000_000


class WhatIfForm(forms.Form):
    """Whether the school matches that are chosen but not saved are supposed, too."""

    schools = forms.BooleanField(required=False)


class PlaceForm(forms.Form):
    """Which versions are shown and compared."""

    before = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    old = forms.IntegerField(required=False, min_value=1, max_value=MOST)
    new = forms.IntegerField(required=False, min_value=1, max_value=MOST)

    def place(self) -> dict[str, int | None]:
        """What is asked for; nothing of what cannot be."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class SeenForm(forms.Form):
    """What stood on the page from which something was asked."""

    seen = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class UploadForm(forms.Form):
    """A settings document from a file."""

    document = forms.FileField(
        label="Settings document",
        help_text="A .json file that was downloaded here, or by export_settings.",
        allow_empty_file=False,
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty.",
            "invalid": "Choose a file first.",
        },
    )

    def clean_document(self) -> tuple[str, str]:
        """The name and the text of the file."""
        given = self.cleaned_data["document"]
        if given.size > LARGEST:
            raise forms.ValidationError(f"{given.name} is larger than 1 MB.")
        try:
            return given.name, given.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                f"{given.name} is not a settings document: it is not text in UTF-8."
            ) from None


class CopyForm(forms.Form):
    """Another district of the same user."""

    district = forms.ChoiceField(
        label="Copy from", error_messages={"invalid_choice": "Choose a district of the list."}
    )
    recipients = forms.BooleanField(
        label="Its email recipients, too (they replace those here)", required=False
    )

    def __init__(self, data: Any, districts: Sequence[District]) -> None:
        super().__init__(data, label_suffix="")
        choice = self.fields["district"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(district.slug, district.name) for district in districts]


class ApplyForm(forms.Form):
    """The document that was looked at, and what it was compared with."""

    name = forms.CharField(max_length=255)
    text = forms.CharField(max_length=LARGEST, strip=False, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64)
