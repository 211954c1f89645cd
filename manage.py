#!/usr/bin/env python
"""Django's command line. Where no database is configured it uses the embedded servers of this checkout."""

import os
import sys

NEEDS_OWNER = {"migrate", "sqlmigrate", "squashmigrations", "makemigrations", "optimizemigration", "rotate_keys"}
NEEDS_SEALER = {"seal_audit"}
NEEDS_NO_SERVER = {
    "help",
    "version",
    "--help",
    "--version",
    "startapp",
    "makemessages",
    "compilemessages",
    "read_271",
    "sandbox_payer",
    "write_270",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in NEEDS_OWNER:
        os.environ["HELPLINE_DB_ROLE"] = "owner"
    elif command in NEEDS_SEALER:
        os.environ["HELPLINE_DB_ROLE"] = "sealer"

    from helpline.local import prepare

    prepare(servers=command not in NEEDS_NO_SERVER)

    from django.core.management import execute_from_command_line
    from environs import EnvError

    try:
        execute_from_command_line(sys.argv)
    except EnvError as problem:
        where = ".env.example explains every setting; on a laptop HELPLINE_ENV=demo fills in what is missing."
        sys.exit(f"{problem}. {where}")


if __name__ == "__main__":
    main()
