import logging

log = logging.getLogger(__name__)


def said(inquiry, form):
    # ruleid: phi-in-log
    log.warning("no place for %s", inquiry.person.full_name)
    words = form.cleaned_data["text"]
    # ruleid: phi-in-log
    log.info(f"noted: {words}")
    # ok: phi-in-log
    log.warning("no place for inquiry %s", inquiry.pk)


def sign_off(self, wording, note):
    # ok: phi-in-log
    self.stdout.write(wording.text)
    # ruleid: phi-in-log
    self.stdout.write(note.text)
