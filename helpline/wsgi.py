"""Pages and forms, served by granian."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
pages = get_wsgi_application()

CHARSET = re.compile(r";\s*charset\b[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Our forms are UTF-8, so another charset is not believed: utf-7 brings in characters nothing can store, and some
    names break Django before any page of ours could answer.
    """
    environ["CONTENT_TYPE"] = CHARSET.sub("", environ.get("CONTENT_TYPE") or "")
    return pages(environ, start_response)
