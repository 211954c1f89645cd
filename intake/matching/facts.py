"""Edition-neutral names for what a listing says, and the table that reads service codes as those names.

A code means what its edition says it means: ``MI`` was military insurance in 2022 and is motivational
interviewing in 2026. Rules therefore never see a code. ``facts.csv`` holds (edition, code) -> fact with its
source; a few codes say *no* ("does not treat opioid use disorders"). A code that is missing says nothing.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("facts.csv")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one code says: the fact, and whether it is said to be so or not to be so."""

    fact: str
    yes: bool


@cache
def statements() -> Mapping[tuple[str, str], Statement]:
    """(edition, code) -> what it says, from ``facts.csv``."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return {
            (row["edition"], row["code"]): Statement(row["fact"], row["says"] == "yes") for row in csv.DictReader(lines)
        }


def read_codes(edition: str, codes: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The facts known to be so and known not to be so, from the codes of one listing.

    Codes that matching does not use, and codes of an edition nobody has described, say nothing.
    When a listing contradicts itself the fact is left unknown: it has to be asked.
    """
    said = [statement for code in codes if (statement := statements().get((edition, code)))]
    yes = frozenset(each.fact for each in said if each.yes)
    no = frozenset(each.fact for each in said if not each.yes)
    return yes - no, no - yes


def codes_for(edition: str, facts: Iterable[str]) -> frozenset[str]:
    """The codes of an edition that say yes to any of these facts."""
    wanted = frozenset(facts)
    return frozenset(
        code for (of, code), says in statements().items() if of == edition and says.yes and says.fact in wanted
    )


def withdrawal_in_bed(substance: str) -> str:
    """The joint fact no code states: withdrawal from this substance is medically managed in a 24-hour bed."""
    return f"withdrawal_24h:{substance}"


def withdrawal_outpatient(substance: str) -> str:
    """The joint fact no code states: withdrawal from this substance is managed without an overnight stay."""
    return f"withdrawal_outpatient:{substance}"


def plan_accepted(plan: str) -> str:
    """That the program takes this very plan (``plan`` is the payer's public id), as the program told us."""
    return f"plan:{plan}"


def in_network(plan: str) -> str:
    """That the program is in the network of this plan, as the program told us."""
    return f"network:{plan}"


def medicaid_accepted(state: str) -> str:
    """That the program takes the Medicaid of this state, wherever it stands itself, as the program told us."""
    return f"medicaid:{state}"


# What programs are asked and no code of a listing states, by what the fact's name begins with
ASKED = ("plan:", "network:", "medicaid:", "takes:", "care:", "treats:", "withdrawal_24h:", "withdrawal_outpatient:")
ASKED_PLAINLY = frozenset({"accepts_pregnant", "same_day_start", "admits_nights_and_weekends", "help_with_cost"})


def can_be_told(fact: str) -> bool:
    """Whether this is a fact that a program can tell us, and no made-up word."""
    named = fact in ASKED_PLAINLY or any(says.fact == fact for says in statements().values())
    return named or (fact.startswith(ASKED) and 0 < len(fact.partition(":")[2]) <= 40)


def care_for(substance: str) -> frozenset[str]:
    """The facts that cannot be so unless the program treats use of this substance."""
    return TREATMENT_OF.get(substance, frozenset()) | {f"detox_{substance}"}


BEDS = frozenset({"residential_detox", "hospital_inpatient_detox"})
AGES = frozenset({"accepts_children_adolescents", "accepts_young_adults", "accepts_adults", "accepts_seniors"})
SEXES = frozenset({"accepts_women", "accepts_men"})
SETTINGS = BEDS | {
    "hospital_inpatient",
    "outpatient",
    "residential",
    "outpatient_detox",
    "day_treatment",
    "intensive_outpatient",
    "outpatient_opioid_medication",
}
MAINTENANCE = frozenset({"methadone", "buprenorphine"})
TREATMENT_OF = {"alcohol": frozenset({"alcohol_medication"}), "opioid": MAINTENANCE}
CO_OCCURRING = frozenset({"co_occurring_treatment", "co_occurring_group"})
TELEHEALTH = frozenset({"telehealth"})
OPEN_NOW = "intake_open_now"  # worked out of the hours it told us, never told itself
HELP_TOLD = "help_with_cost"  # what a program says when asked whether there is free care or help with the cost
HELP_WITH_COST = ("no_payment", "block_grant", "sliding_scale", "payment_assistance")
PAYMENTS = frozenset(HELP_WITH_COST) | {
    "takes_medicare",
    "takes_medicaid",
    "takes_military_insurance",
    "takes_private_insurance",
    "takes_state_plan",
    "takes_cash",
    "public_funds",
    "takes_indian_health_funds",
}
