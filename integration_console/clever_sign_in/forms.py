"""Forms of Sign in with Clever. They validate and nothing else."""

from collections.abc import Callable
from typing import Any

from django import forms


class ConnectForm(forms.Form):
    """The password again; `prove` says why one does not prove it, "" if it does."""

    password = forms.CharField(
        label="Your password here, once more",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": "Type your password, so that it is sure that it is you.",
            "max_length": "That is not your password.",
        },
    )

    def __init__(self, *args: Any, prove: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prove = prove

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if wrong := self.prove(password):
            raise forms.ValidationError(wrong)
        return password
