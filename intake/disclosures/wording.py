"""The legal wording people see and recipients get, versioned and fingerprinted.

The two statements of 42 CFR 2.32(a) are the regulation's own words and must not be edited: a test holds their
fingerprints. Everything else is our wording, dated, and awaits sign-off by counsel.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

NOTICE_VERSION = "2.32(a) 2024"
NOTICE_SOURCE = "42 CFR 2.32(a), as amended by 89 FR 12472 (16 February 2024)"
NOTICE_SHORT = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
NOTICE_LONG = (
    "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2). "
    "These rules prohibit you from using or disclosing this record, or testimony that describes the information "
    "contained in this record, in any civil, criminal, administrative, or legislative proceedings by any Federal, "
    "State, or local authority, against the patient, unless authorized by the consent of the patient, except as "
    "provided at 42 CFR 2.12(c)(5) or as authorized by a court in accordance with 42 CFR 2.64 or 2.65. In addition, "
    "the Federal rules prohibit you from making any other use or disclosure of this record unless at least one of the "
    "following applies: (i) Further use or disclosure is expressly permitted by the written consent of the individual "
    "whose information is being disclosed in this record or as otherwise permitted by 42 CFR part 2. (ii) You are a "
    "covered entity or business associate and have received the record for treatment, payment, or health care "
    "operations, or (iii) You have received the record from a covered entity or business associate as permitted by "
    "45 CFR part 164, subparts A and E. A general authorization for the release of medical or other information is "
    "NOT sufficient to meet the required elements of written consent to further use or redisclose the record (see 42 "
    "CFR 2.31)."
)


@dataclass(frozen=True)
class Wording:
    """What one consent says. ``recipients`` is completed with names when it is signed."""

    version: str
    information: str
    recipients: str
    revocation: str
    days: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256("\x1f".join((self.information, self.recipients, self.revocation)).encode()).hexdigest()


REVOCATION = (
    "You may take this consent back at any time, in writing: on the page your reference code opens, by e-mail, or by "
    "asking the person on the line to note it. From then on we send nothing more. What was already sent in reliance on "
    "it cannot be called back. Saying no, or taking it back, never costs you our help."
)

WORDINGS: dict[str, Wording] = {
    "check_insurance": Wording(
        version="2026-11-22",
        information=(
            "Your name, birth date and member ID, and the kinds of care we ask about: general cover, mental health and "
            "substance use treatment. Your plan will learn that we asked, and for which kinds of care."
        ),
        recipients="Your health insurance plan, and the clearinghouse that carries our question to it",
        revocation=REVOCATION,
        days=30,
    ),
    "refer": Wording(
        version="2026-11-22",
        information=(
            "Your name and how to reach you, what you use and what you told us about your health, what kind of care we "
            "looked for and why, and what your insurance covers."
        ),
        recipients="The treatment programs that you choose with us",
        revocation=REVOCATION,
        days=60,
    ),
}
