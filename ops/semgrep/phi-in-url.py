from django.shortcuts import redirect


def found(request, form, inquiry):
    # ruleid: phi-in-url
    redirect(f"/desk/find/?sought={form.cleaned_data['sought']}")
    # ruleid: phi-in-url
    redirect("desk_found", inquiry.reference_code)
    # ok: phi-in-url
    return redirect("desk_inquiry", inquiry.pk)


def onward_to(request, step, answers):
    # ok: phi-in-url
    return redirect(onward(request, step, answers))


def by_code(form, address):
    # ok: phi-in-url
    return redirect("consent_by_link", open_with_code(form.cleaned_data["code"], address=address))


def come_back(draft):
    # ok: phi-in-url
    return redirect(first_open(draft.answers))
