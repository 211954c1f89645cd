from django.utils.html import format_html
from django.utils.safestring import mark_safe


def badge(name):
    # ruleid: markup-unescaped
    shown = mark_safe(f"<b>{name}</b>")
    # ruleid: markup-unescaped
    shown += format_html(f"<b>{name}</b>")
    # ok: markup-unescaped
    return shown + format_html("<b>{}</b>", name)


def phone_links(text):
    # ok: markup-unescaped
    return mark_safe(NUMBER.sub(_link, conditional_escape(text)))


def not_escaped(text):
    # ruleid: markup-unescaped
    return mark_safe(NUMBER.sub(_link, text))
