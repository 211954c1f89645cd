from django.shortcuts import get_object_or_404

from helpline.accounts.permissions import Permission, requires


def packet(request, referral_id):
    # ruleid: object-without-gate
    return get_object_or_404(Referral, pk=referral_id)


def note(request, inquiry_id):
    # ruleid: object-without-gate
    return Inquiry.objects.get(pk=inquiry_id)


@requires(Permission.ANSWER_INQUIRIES)
def guarded(request, inquiry_id):
    # ok: object-without-gate
    return Inquiry.objects.get(pk=inquiry_id)


@officer
def text(request, text_id):
    # ok: object-without-gate
    return get_object_or_404(LegalText, pk=text_id)


@answers
def seal(request, inquiry_id):
    # ok: object-without-gate
    return case_or_404(request, inquiry_id)
