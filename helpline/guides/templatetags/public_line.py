"""For pages rendered without a request (500, 503): the same numbers with no context processor."""

from django import template

from helpline.guides import lines

register = template.Library()


@register.simple_tag
def get_public_line() -> lines.PublicLine:
    return lines.public_line()
