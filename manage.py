#!/usr/bin/env python3
"""Holdfast's administrative commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error.name} is not installed here. `make run` sets everything up, or:"
            " pip install -r requirements.txt"
        )

    from config.env import SettingError

    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"Holdfast cannot start: {error}")


if __name__ == "__main__":
    main()
