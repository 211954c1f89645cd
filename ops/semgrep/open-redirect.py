from django.shortcuts import redirect


def back(request):
    # ruleid: open-redirect
    return redirect(request.GET["next"])


def home(request):
    # ok: open-redirect
    return redirect("desk")


def found(request):
    row = Inquiry.objects.by_reference(request.POST.get("code", ""))
    # ok: open-redirect
    return redirect(f"{reverse('desk_audit')}?{urlencode({'inquiry': str(row.pk)})}")
