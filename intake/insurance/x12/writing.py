"""Writing a 270 (005010X279A1): strict, because a plan refuses a whole message for one bad value.

Structure and lists: ELIGIBILITY.md 4.1 to 4.3. Delimiters are fixed (`*`, `:`, `^`, `~`) and can never occur
inside a value: they are replaced by a space in names and refused in identifiers.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from .inquiry import CannotAsk, EligibilityInquiry, Envelope, Person, SearchOption
from .segments import Delimiters

VERSION = "005010X279A1"
MARKS = Delimiters()
BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"&'()+,-./;?= ")
AS_IT_IS = re.compile(r"[A-Z0-9!\"&'()+,\-./;?=]+(?: [A-Z0-9!\"&'()+,\-./;?=]+)*")
RELATIONSHIPS = frozenset({"01", "19", "34"})
PAYER_ID_QUALIFIERS = frozenset({"PI", "XV", "NI", "FI", "24", "46", "XX"})
REFERENCES = frozenset(["18", "1L", "1W", "3H", "6P", "CT", "EA", "EJ", "F6", "GH", "HJ", "IG", "N6", "NQ", "SY", "Y4"])
"""REF01 in the subscriber's and dependent's loop (ELIGIBILITY.md 4.2; stupidedi X279A1-HS270)."""
INTERCHANGE_QUALIFIERS = frozenset({"ZZ", "30", "27", "28", "29", "01", "14", "20", "33"})
MAX_AGE_YEARS = 125

# Letters that Unicode decomposition leaves whole, and typographic marks that phones put in.
LETTERS = str.maketrans(
    {
        "ß": "SS", "ẞ": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L",
        "ł": "L", "Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "ı": "I", "ʻ": "'", "ʼ": "'",
        "‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-",
    }
)  # fmt: skip


def write_270(inquiry: EligibilityInquiry, envelope: Envelope) -> bytes:
    """One interchange holding one 270 about one person, in ASCII.

    Raises `CannotAsk(field, words)` for anything a plan would refuse: a missing or unusable value (never
    quoting it), an NPI with a wrong check digit, a birth date in the future.
    """
    body = [*_heading(inquiry, envelope), *_parties(inquiry), *_people(inquiry, envelope)]
    transaction = [["ST", "270", "0001", VERSION], *body, ["SE", str(len(body) + 2), "0001"]]
    segments = [*_open(envelope), *transaction, *_close(envelope)]
    return "".join(_segment(parts) for parts in segments).encode("ascii")


def clean(value: str) -> str:
    """`value` in the X12 basic character set: upper case, accents and delimiters gone, spaces single.

    Returns "" when a letter cannot be written in that set (another alphabet), so the caller can ask.
    """
    if AS_IT_IS.fullmatch(value):
        return value
    plain = unicodedata.normalize("NFKD", value.translate(LETTERS)).upper()
    kept = "".join(" " if c in "*~:^\t\r\n" else c for c in plain if not unicodedata.combining(c))
    if any(c.isalnum() and c not in BASIC for c in kept):
        return ""
    return " ".join("".join(c if c in BASIC else " " for c in kept).split())


def npi_is_valid(npi: str) -> bool:
    """Ten digits starting with 1 or 2 whose last is the Luhn check digit over 80840 + NPI (CMS)."""
    if not re.fullmatch(r"[12][0-9]{9}", npi):
        return False
    digits = [int(d) for d in "80840" + npi]
    doubled = [d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _segment(parts: list[str]) -> str:
    while parts[-1] == "" and parts[0] != "ISA":
        parts = parts[:-1]
    return MARKS.element.join(parts) + MARKS.terminator


def _open(envelope: Envelope) -> list[list[str]]:
    if not 1 <= envelope.control_number <= 999_999_999:
        raise CannotAsk("envelope.control_number", "must be between 1 and 999,999,999")
    for side in ("sender", "receiver"):
        if getattr(envelope, f"{side}_qualifier") not in INTERCHANGE_QUALIFIERS:
            raise CannotAsk(f"envelope.{side}_qualifier", "is not an X12 interchange qualifier we know")
    sender = _identifier("envelope.sender_id", envelope.sender_id, 15, shortest=2)
    receiver = _identifier("envelope.receiver_id", envelope.receiver_id, 15, shortest=2)
    day, hour = _day(envelope.created), envelope.created.strftime("%H%M")
    control = f"{envelope.control_number:09d}"
    isa = ["ISA", "00", " " * 10, "00", " " * 10, envelope.sender_qualifier, sender.ljust(15)]
    isa += [
        envelope.receiver_qualifier,
        receiver.ljust(15),
        day[2:],
        hour,
        MARKS.repetition,
        "00501",
        control,
    ]
    isa += ["0", "P" if envelope.production else "T", MARKS.component]
    return [isa, ["GS", "HS", sender, receiver, day, hour, str(envelope.control_number), "X", VERSION]]


def _close(envelope: Envelope) -> list[list[str]]:
    return [["GE", "1", str(envelope.control_number)], ["IEA", "1", f"{envelope.control_number:09d}"]]


def _heading(inquiry: EligibilityInquiry, envelope: Envelope) -> list[list[str]]:
    trace = _identifier("trace", inquiry.trace, 50)
    return [["BHT", "0022", "13", trace, _day(envelope.created), f"{envelope.created:%H%M}"]]


def _parties(inquiry: EligibilityInquiry) -> list[list[str]]:
    payer, provider = inquiry.payer, inquiry.provider
    if payer.id_qualifier not in PAYER_ID_QUALIFIERS:
        raise CannotAsk("payer.id_qualifier", "is not one a plan can be named by")
    payer_id = _identifier("payer.edi_id", payer.edi_id, 80, shortest=2)
    if not npi_is_valid(provider.npi):
        raise CannotAsk("provider.npi", "is not an NPI: ten digits, the last of which is a check digit")
    payer_name, provider_name = (
        _words("payer.name", payer.name, 60),
        _words("provider.name", provider.name, 60),
    )
    return [
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", payer_name, "", "", "", "", payer.id_qualifier, payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", provider_name, "", "", "", "", "XX", provider.npi],
    ]


def _people(inquiry: EligibilityInquiry, envelope: Envelope) -> list[list[str]]:
    today, dependent = envelope.created.date(), inquiry.dependent
    hl = ["HL", "3", "2", "22", "1" if dependent else "0"]
    subscriber = [*_name("subscriber", "IL", inquiry, inquiry.subscriber), *_member_id(inquiry)]
    references, relation, question = _references(inquiry), _relation(inquiry), _question(inquiry)
    born = _birth("subscriber", inquiry, inquiry.subscriber, today)
    if dependent is None:
        return [hl, _trace(inquiry), subscriber, *references, *born, *question]
    patient = [["HL", "4", "3", "23", "0"], _trace(inquiry), _name("dependent", "03", inquiry, dependent)]
    own = [*references, *_birth("dependent", inquiry, dependent, today), *relation]
    return [hl, subscriber, *born, *patient, *own, *question]


def _member_id(inquiry: EligibilityInquiry) -> list[str]:
    if inquiry.search is SearchOption.WITHOUT_MEMBER_ID:
        return []
    return ["MI", _identifier("member_id", inquiry.member_id, 80, shortest=2)]


def _references(inquiry: EligibilityInquiry) -> list[list[str]]:
    if len(inquiry.references) > 9:
        raise CannotAsk("references", "are more than the nine a plan reads")
    if any(qualifier not in REFERENCES for qualifier, _ in inquiry.references):
        raise CannotAsk("references", "have a qualifier that is not allowed for a person")
    return [["REF", qualifier, _identifier("references", value, 50)] for qualifier, value in inquiry.references]


def _trace(inquiry: EligibilityInquiry) -> list[str]:
    if len(inquiry.trace_origin) != 10:
        raise CannotAsk("trace_origin", "must be exactly ten characters")
    origin = _identifier("trace_origin", inquiry.trace_origin, 10)
    return ["TRN", "1", _identifier("trace", inquiry.trace, 50), origin]


def _name(who: str, role: str, inquiry: EligibilityInquiry, person: Person) -> list[str]:
    """Only what the search option names is sent; of a subscriber whom the member ID finds, no name is needed."""
    needed = person is inquiry.patient or inquiry.search is SearchOption.WITHOUT_MEMBER_ID
    if person is inquiry.patient and inquiry.search is SearchOption.WITHOUT_FIRST_NAME:
        return ["NM1", role, "1", _words(f"{who}.last_name", person.last_name, 60), "", "", "", ""]
    last = _words(f"{who}.last_name", person.last_name, 60, needed=needed)
    first = _words(f"{who}.first_name", person.first_name, 35, needed=needed)
    middle = _words(f"{who}.middle_name", person.middle_name, 25, needed=False)
    suffix = _words(f"{who}.suffix", person.suffix, 10, needed=False)
    return ["NM1", role, "1", last, first, middle, "", suffix]


def _birth(who: str, inquiry: EligibilityInquiry, person: Person, today: date) -> list[list[str]]:
    if person.gender not in ("", "F", "M"):
        raise CannotAsk(f"{who}.gender", "must be F, M or left out")
    born, needed = person.birth_date, person is inquiry.patient
    if inquiry.search is SearchOption.WITHOUT_BIRTH_DATE:
        return []
    if born is None:
        if needed:
            raise CannotAsk(f"{who}.birth_date", "is needed: plans look people up by it")
        return []
    if born > today:
        raise CannotAsk(f"{who}.birth_date", "is in the future")
    if born.year < today.year - MAX_AGE_YEARS:
        raise CannotAsk(f"{who}.birth_date", "is too long ago; check the year")
    return [["DMG", "D8", _day(born), person.gender]]


def _relation(inquiry: EligibilityInquiry) -> list[list[str]]:
    if inquiry.relationship and inquiry.relationship not in RELATIONSHIPS:
        raise CannotAsk("relationship", "must be 01 (spouse), 19 (child), 34 (other adult) or left out")
    return [["INS", "N", inquiry.relationship]] if inquiry.relationship else []


def _question(inquiry: EligibilityInquiry) -> list[list[str]]:
    codes = inquiry.service_types
    if not codes or len(codes) > 99:
        raise CannotAsk("service_types", "needs between 1 and 99 service types")
    if any(not re.fullmatch(r"[A-Z0-9]{1,2}", code) for code in codes):
        raise CannotAsk("service_types", "has a code that is not one or two letters or digits")
    return _when(inquiry) + [["EQ", code] for code in dict.fromkeys(codes)]


def _when(inquiry: EligibilityInquiry) -> list[list[str]]:
    day, until = inquiry.service_date, inquiry.service_until
    if until is not None and (day is None or until < day):
        raise CannotAsk("service_until", "must not be before the service date")
    if day is None:
        return []
    if until is None or until == day:
        return [["DTP", "291", "D8", _day(day)]]
    return [["DTP", "291", "RD8", f"{_day(day)}-{_day(until)}"]]


def _day(day: date) -> str:
    """CCYYMMDD; `%Y` alone leaves the zeros off an early year."""
    return f"{day.year:04d}{day:%m%d}"


def _words(field: str, value: str, longest: int, *, needed: bool = True) -> str:
    cleaned = clean(value)
    if value.strip() and not cleaned:
        raise CannotAsk(field, "must be in Latin letters, as printed on the card")
    if needed and not cleaned:
        raise CannotAsk(field, "is missing")
    if len(cleaned) > longest:
        raise CannotAsk(field, f"is longer than the {longest} characters a plan accepts")
    return cleaned


def _identifier(field: str, value: str, longest: int, *, shortest: int = 1) -> str:
    """Identifiers are never repaired beyond case and outer spaces: a changed id is another person's id.

    Only ASCII is put into capitals: of other letters `upper` makes new ones ("ß" becomes "SS").
    """
    text = value.strip()
    if not text:
        raise CannotAsk(field, "is missing")
    text = text.upper() if text.isascii() else text
    if any(c not in BASIC for c in text):
        raise CannotAsk(field, "has a character that cannot be sent; use letters and digits as printed")
    if not shortest <= len(text) <= longest:
        raise CannotAsk(field, f"must be {shortest} to {longest} characters long")
    return text
