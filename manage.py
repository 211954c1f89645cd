#!/usr/bin/env python
"""Django's command line. Where no database is configured it uses the embedded servers of this checkout."""

import os
import sys

NEEDS_OWNER = {"migrate", "sqlmigrate", "squashmigrations", "makemigrations", "optimizemigration", "rotate_keys"}
NEEDS_NO_SERVER = {
    "help",
    "version",
    "--help",
    "--version",
    "startapp",
    "makemessages",
    "compilemessages",
    "sandbox_payer",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in NEEDS_OWNER:
        os.environ["HELPLINE_DB_ROLE"] = "owner"

    from helpline.local import prepare

    prepare(servers=command not in NEEDS_NO_SERVER)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
