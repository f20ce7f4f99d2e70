"""What a process says that cannot start: one sentence, whoever started it (F78)."""

import sys
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured


def tell_what_is_missing() -> None:
    """From here on a setting that is missing or wrong ends this process without a traceback."""
    sys.excepthook = _in_one_sentence


def _in_one_sentence(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, ImproperlyConfigured):
        sys.stderr.write(f"{error}\n")
    else:
        sys.__excepthook__(kind, error, trace)
