from typing import Any

from django.http import HttpRequest

from helpline.guides import lines


def public_line(request: HttpRequest) -> dict[str, Any]:
    """Our number, the hours and the crisis lines, in every template as `public_line`."""
    return {"public_line": lines.public_line()}
