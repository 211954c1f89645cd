from django.shortcuts import redirect


def back(request):
    # ruleid: open-redirect
    return redirect(request.GET["next"])


def home(request):
    # ok: open-redirect
    return redirect("desk")
