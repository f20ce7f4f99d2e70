"""The form of the question how records arrive today. It validates and nothing else."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.vocabulary import SourceSystem
from schools.arrival import (
    LARGEST_PICTURE,
    LONGEST_MAPPING,
    STUDENT_ID_FIELDS,
    Arrival,
    picture_type,
)
from schools.models import District, RosterSource
from schools.queries import label
from schools.sources import name_of

TOO_LARGE = "The picture is larger than 2 MB. Save it smaller, or as JPEG."
NO_PICTURE = "This file is no picture that we can show: choose a PNG, JPEG or WebP file."
TEXTS = {
    SourceSystem.NONE: "Records were typed or loaded once, and nothing delivers new ones.",
    SourceSystem.POWERSCHOOL: "The PowerSchool SIS integration delivers them. It is switched off"
    " before Clever takes over.",
    SourceSystem.SIF: "SIF delivers them. Clever and SIF cannot be enabled at the same time.",
    SourceSystem.LEGACY_CLEVER: "An older Clever integration delivers them. It is switched off"
    " before this one starts.",
    SourceSystem.FILES: "Somebody loads files, or another import such as SchoolSync does. It may go"
    " on beside Clever for fields that Clever does not carry.",
}


@dataclass(frozen=True)
class Choice:
    """One answer, as the page shows it."""

    value: str
    name: str
    text: str
    chosen: bool


class ArrivalForm(forms.Form):
    """How records arrive today, and what is known of an older integration."""

    system = forms.ChoiceField(
        label="How do records arrive today?",
        choices=[(str(system), name_of(system)) for system in SourceSystem],
        error_messages={
            "required": "Choose how records arrive today.",
            "invalid_choice": "Choose one of the answers.",
        },
    )
    student_id_field = forms.ChoiceField(
        label="Which field here did it fill with the student ID?",
        help_text="The new integration must fill the same field, or your data will be scrambled.",
        required=False,
        error_messages={"invalid_choice": "Choose one of the fields of the list."},
    )
    old_mapping = forms.CharField(
        label="Its old mapping, as text",
        help_text="What stood on its Matching Fields page, one field per line.",
        required=False,
        max_length=LONGEST_MAPPING,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": f"The text: {LONGEST_MAPPING:,} characters at most."},
    )
    picture = forms.FileField(
        label="Or as a picture",
        help_text="A screenshot of its Matching Fields page: PNG, JPEG or WebP, at most 2 MB.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_picture = forms.BooleanField(label="Take the stored picture away", required=False)

    def __init__(
        self, *args: Any, district: District, source: RosterSource | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["student_id_field"] = "sis_id"
        if source is not None:
            self.initial = {
                "system": source.system,
                "student_id_field": source.student_id_field or "sis_id",
                "old_mapping": source.old_mapping,
            }
        fields = [(key, label(district, key)) for key in STUDENT_ID_FIELDS]
        self.fields["student_id_field"].choices = fields  # type: ignore[attr-defined]

    def answers(self) -> list[Choice]:
        """The answers to choose from."""
        chosen = self["system"].value()
        return [Choice(str(s), name_of(s), TEXTS[s], chosen == s) for s in SourceSystem]

    def clean_picture(self) -> bytes | None:
        """The picture's bytes, None without one."""
        upload: UploadedFile[Any] | None = self.cleaned_data["picture"]
        if not upload:
            return None
        if (upload.size or 0) > LARGEST_PICTURE:
            raise forms.ValidationError(TOO_LARGE)
        content: bytes = upload.read()
        if not picture_type(content):
            raise forms.ValidationError(NO_PICTURE)
        return content

    def answer(self) -> Arrival:
        """The answer of a valid form."""
        read = self.cleaned_data
        kept = b"" if read["remove_picture"] else None
        return Arrival(
            system=SourceSystem(read["system"]),
            student_id_field=read["student_id_field"] or "sis_id",
            old_mapping=read["old_mapping"],
            picture=read["picture"] or kept,
        )
