"""How a checkout on a laptop gets its environment: secrets made once, servers started when none is configured.

Called by ``manage.py``, the demo and the tests before settings are imported; in production, where ``HELPLINE_ENV``
is ``production``, it changes nothing.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from helpline.embedded import Servers

CHECKOUT = Path(__file__).resolve().parent.parent
VAR = CHECKOUT / "var"


def made_once(path: Path) -> dict[str, str]:
    """Secrets of this checkout only, written once with mode 0600."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "VAULT_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "VAULT_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        path.write_text(json.dumps(made, indent=1))
    return dict(json.loads(path.read_text()))


def prepare(var: Path = VAR, *, servers: bool = True) -> Servers | None:
    """Fill the environment of a development checkout. Variables that are already set win.

    Returns the embedded servers this process now uses, or None when they are not needed.
    """
    if os.environ.get("HELPLINE_ENV", "demo") == "production" or (
        "HELPLINE_ENV" not in os.environ and "DATABASE_URL" in os.environ
    ):
        return None
    os.environ.setdefault("HELPLINE_ENV", "demo")
    (var / "static").mkdir(parents=True, exist_ok=True)
    for name, value in made_once(var / "secrets.json").items():
        os.environ.setdefault(name, value)
    if not servers or ("DATABASE_URL" in os.environ and "REDIS_URL" in os.environ):
        return None
    embedded = Servers(var)
    addresses = embedded.use(database="DATABASE_URL" not in os.environ, broker="REDIS_URL" not in os.environ)
    for name, value in addresses.items():
        os.environ.setdefault(name, value)
    return embedded
