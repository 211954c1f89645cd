"""Numbers in running text as links a phone can dial, which never break across two lines."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# Ours as ``lines.pretty_number`` writes it, those of the rules of triage, and the short ones
NUMBER = re.compile(r"(?<![\d-])(?:1-\d{3}-\d{3}-\d{4}|911|988)(?![\d-])")


@register.filter
def phone_links(text: str) -> SafeString:
    """The text, escaped, with every phone number in it a link."""
    return mark_safe(NUMBER.sub(_link, conditional_escape(text)))  # noqa: S308  # nosec B308, B703  # escaped before


def _link(found: re.Match[str]) -> str:
    number = found[0]
    digits = number.replace("-", "")
    return f'<a class="text-nowrap" href="tel:{digits if len(digits) == 3 else f"+{digits}"}">{number}</a>'
