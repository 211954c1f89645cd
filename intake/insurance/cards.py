"""The photograph of an insurance card: kept with the form, handed over with it, gone with the inquiry."""

from __future__ import annotations

import uuid

from intake.inquiries.models import Draft, Inquiry
from intake.insurance.models import CardPhoto


def has_photo(draft: Draft) -> bool:
    return CardPhoto.objects.filter(draft_id=draft.pk).exists()


def keep_photo(draft: Draft, content: bytes) -> CardPhoto:
    """Store the photo of a form, in place of the one before. The draft has a row."""
    return CardPhoto.objects.update_or_create(draft_id=draft.pk, defaults={"content": content})[0]


def forget_photo(draft: Draft) -> None:
    CardPhoto.objects.filter(draft_id=draft.pk).delete()


def hand_over(draft: Draft, inquiry: Inquiry) -> None:
    """What was sent with the form belongs to the inquiry from here on."""
    CardPhoto.objects.filter(draft_id=draft.pk).update(draft=None, inquiry=inquiry)


def photo_came_with(inquiry_id: uuid.UUID) -> bool:
    return CardPhoto.objects.filter(inquiry_id=inquiry_id).exists()
