from django.shortcuts import render
from django.template import Template


def page(request, words):
    # ruleid: template-from-text
    Template(words)
    # ok: template-from-text
    return render(request, "public/home.html", {"words": words})
