from django.shortcuts import render
from django.template import Template


def page(request, words):
    # ruleid: template-from-text
    Template(words)
    # ok: template-from-text
    return render(request, "public/home.html", {"words": words})


def kind(content, engine):
    # ruleid: template-from-text
    engine.from_string(content)
    # ok: template-from-text
    return puremagic.from_string(content, mime=True)
