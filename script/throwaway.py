"""``python -m script.throwaway check``: a management command with PostgreSQL and Redis that exist for it alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from helpline.embedded import Servers
from helpline.local import CHECKOUT, made_once


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="helpline-once-"))
    folder.chmod(0o711)
    servers = Servers(folder)
    try:
        environment = {
            **os.environ,
            **servers.use(),
            **made_once(folder / "secrets.json"),
            "HELPLINE_ENV": "test",
            "STATIC_ROOT": str(folder),
        }
        manage = [sys.executable, "manage.py"]
        done = subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=CHECKOUT, env=environment)
        if not done.returncode:
            done = subprocess.run([*manage, *sys.argv[1:]], cwd=CHECKOUT, env=environment)
    finally:
        servers.remove()
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
