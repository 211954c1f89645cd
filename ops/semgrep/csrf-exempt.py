from django.views.decorators.csrf import csrf_exempt


# ruleid: csrf-exempt
@csrf_exempt
def hook(request):
    return None


# ok: csrf-exempt
def page(request):
    return None


# ruleid: csrf-exempt
open_hook = csrf_exempt(page)


# ok: csrf-exempt
@csrf_exempt
@callers_page
def leave(request):
    return None
