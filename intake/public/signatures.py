"""Whether a typed signature is that of a name, loosely: accents, case, order, initials and middle names may differ."""

import unicodedata

from django.utils.translation import gettext_lazy as _

NOT_THAT_NAME = _("Sign with the first and last name you typed above, like “Maria Lopez” or “M. Lopez”.")


def signs_for(signature: str, first_name: str, last_name: str) -> bool:
    """One word of the signature fits the first name, another the last; one of the two is written out."""
    signed = _words(signature)
    if "".join(signed) in ("".join(_words(f"{first_name} {last_name}")), "".join(_words(f"{last_name} {first_name}"))):
        return True
    return any(
        _fits(one, first) and _fits(other, last) and (one == first or other == last)
        for first in _words(first_name)
        for last in _words(last_name)
        for at, one in enumerate(signed)
        for other in signed[:at] + signed[at + 1 :]
    )


def _words(text: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in bare.replace("'", "").replace("’", "")).split()


def _fits(signed: str, name: str) -> bool:
    return signed == name or (1 in (len(signed), len(name)) and signed[0] == name[0])
