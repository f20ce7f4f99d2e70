#!/usr/bin/env python
"""Runs a management command of the console."""

import os
import sys


def main() -> None:
    """Hands the command line to Django with the console's settings.

    A setting that is missing or wrong is one sentence.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))


if __name__ == "__main__":
    main()
