"""The data type that an address names."""

from django.http import Http404

from core.vocabulary import DataType


def type_named(text: str) -> DataType:
    """The data type of an address; Http404 for anything else."""
    try:
        return DataType(text)
    except ValueError:
        raise Http404 from None
