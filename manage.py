#!/usr/bin/env python
"""Runs a management command of the console."""

import os
import sys


def main() -> None:
    """Hands the command line to Django with the console's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
