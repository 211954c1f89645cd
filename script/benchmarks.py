"""Run the benchmarks against servers of their own: see script/bench."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from helpline.embedded import Servers
from helpline.local import CHECKOUT, made_once


def main() -> None:
    known = sorted(p.stem for p in (CHECKOUT / "bench").glob("*.py") if "def main" in p.read_text())
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        sys.exit(f"No benchmark is called {', '.join(sorted(unknown))}. There are: {', '.join(known)}")
    folder = Path(tempfile.mkdtemp(prefix="helpline-bench-"))
    folder.chmod(0o711)
    servers, missed = Servers(folder), False
    try:
        environment = {**os.environ, **servers.use(), **made_once(folder / "secrets.json"), "HELPLINE_ENV": "demo"}
        environment["STATIC_ROOT"] = str(folder)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=CHECKOUT, env=environment, check=True)
        for name in wanted:
            print(f"# {name}", flush=True)
            missed |= bool(
                subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=CHECKOUT, env=environment).returncode
            )
    finally:
        servers.remove()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
