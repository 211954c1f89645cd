"""The photo of an insurance card, on the page about the plan. Kept at once, since a browser chooses no file twice."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from helpline.accounts.lockout import sends_many_photos
from helpline.audit.acting import CALLER, acting
from helpline.vault.files import FORMATS, NotAPhoto, clean_photo
from intake.inquiries.models import Draft
from intake.insurance import cards
from intake.public.step_form import StepForm

FIELD, GONE = "card_photo", "card_gone"


class CardPhotoField(forms.FileField):
    """A picture, already written anew; nothing is fine, too."""

    widget = forms.FileInput(attrs={"accept": ",".join(FORMATS)})

    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_empty_file=True,
            label=_("A photo of the front of the card"),
            help_text=_(
                "It helps us if you are unsure what to write. Only our consultants see it. You can leave it out."
            ),
        )

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        upload = super().clean(data, initial)
        if not upload or not upload.size:
            return None
        try:
            return clean_photo(upload.read())
        except NotAPhoto as refused:
            raise forms.ValidationError(str(refused)) from None


def keep_card(request: HttpRequest, draft: Draft, form: StepForm) -> Draft:
    """Keep what was chosen, or let go what was kept, whatever else is wrong on the page."""
    if FIELD not in form.fields or not form.is_bound:
        return draft
    if too_many := FIELD in form.files and sends_many_photos(request):
        form.files = MultiValueDict()  # before it is decoded, which is what costs
    form.is_valid()
    if too_many:
        form.add_error(
            FIELD, _("Too many photos came from your connection. Leave it out: we can ask you on the phone.")
        )
    content = form.cleaned_data.get(FIELD)
    with acting(CALLER):
        if content:
            draft = draft if draft.begun else draft.keep(draft.answers)
            cards.keep_photo(draft, content)
        elif GONE in request.POST:
            cards.forget_photo(draft)
    return draft
