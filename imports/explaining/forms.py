"""Forms of the explanation. They validate and nothing else."""

from django import forms


class ExplainForm(forms.Form):
    """Whom to explain: a text, or one of several hits."""

    q = forms.CharField(
        label="Clever ID, SIS ID, name or e-mail",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "What you look for: 300 characters at most."},
    )
    person = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    clever_id = forms.RegexField(r"^[0-9a-f]{24}$", required=False)


class AskForm(forms.Form):
    """The person about whom Clever is asked."""

    clever_id = forms.RegexField(r"^[0-9a-f]{24}$")
