"""What happens after sending, in sentences we can keep: made of what was answered, with no hour we do not know."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from helpline.guides.lines import public_line
from intake.inquiries.answers import Answers, Contact, ContactMethod, ForWhom, PartOfDay, Said
from intake.inquiries.triage import Triage, Urgency
from intake.inquiries.wording import in_words
from intake.public.forms import PHONED, as_written


def what_happens_next(answers: Answers, triage: Triage) -> list[str]:
    """Each a line of its own, in the order of events."""
    return [_reading(triage.urgency), *_reaching(answers.contact), _not_waiting(answers.contact), *_passing_on(answers)]


def _reading(urgency: Urgency) -> str:
    if urgency <= Urgency.TODAY:
        return _("A consultant reads what you sent. The most urgent come first, and yours is one of them.")
    return _("A consultant reads what you sent. The most urgent come first, so others may be read before yours.")


def _reaching(contact: Contact) -> Iterator[str]:
    if not _ways(contact):
        if ContactMethod.NONE in contact.methods:
            yield _("You asked us not to contact you, so we do not, and we kept no number and no address.")
        else:
            yield _("You gave us no way to reach you, and that is fine.")
        return
    yield _("Then they try to reach you, only in the way you said is safe: %(ways)s.") % {"ways": _ways(contact)}
    hours = [part for part in contact.hours if part is not PartOfDay.ANY]
    if hours and len(hours) == len(contact.hours):
        yield _("They keep to the hours you named, by your own clock: %(hours)s.") % {"hours": in_words(tuple(hours))}
    if ContactMethod.CALL in contact.methods:
        yield _voicemail(contact.voicemail_ok)


def _voicemail(allowed: Said | None) -> str:
    if allowed is Said.YES:
        return _("If nobody answers they may leave a voicemail, as you said.")
    return _("If nobody answers they leave no voicemail.")


def _ways(contact: Contact) -> str:
    """ "phone call or text message to (205) 555-0114, e-mail to the address you gave"; empty when there is no way."""
    phoned = [in_words(way).lower() for way in contact.methods if way in PHONED]
    ways = []
    if phoned and contact.phone:
        words = _("%(how)s to %(number)s")
        ways.append(words % {"how": _(" or ").join(phoned), "number": as_written(contact.phone)})
    if ContactMethod.EMAIL in contact.methods and contact.email:
        ways.append(_("e-mail to %(address)s") % {"address": contact.email})
    return ", ".join(ways)


def _not_waiting(contact: Contact) -> str:
    line = public_line()
    said = {"number": line.pretty, "hours": line.hours_text}
    if not _ways(contact):
        return _("Call %(number)s when you want to go on, and say your code. %(hours)s.") % said
    return _("We cannot say when. You do not have to wait: call %(number)s and say your code. %(hours)s.") % said


def _passing_on(answers: Answers) -> Iterator[str]:
    if answers.for_whom is ForWhom.SOMEONE_ELSE:
        yield _(
            "We send nothing to an insurer or a program. The person themselves can say yes to that: ask us for a link "
            "for them, or call together."
        )
