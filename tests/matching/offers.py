"""Real listings of the 2022 directory as offers, and the needs the tests share."""

from collections.abc import Iterable
from datetime import date

from hypothesis import strategies as st

from intake.inquiries.triage import Care
from intake.matching import facts
from intake.matching.need import Need, Offer, PayerKind

TODAY = date(2026, 11, 23)
ALL_FACTS = sorted(
    {says.fact for says in facts.statements().values() if says.yes}
    | {facts.withdrawal_in_bed("alcohol"), facts.withdrawal_in_bed("benzodiazepine"), "accepts_pregnant"}
    | {
        facts.OPEN_NOW,
        facts.in_network("P1"),
        "same_day_start",
        "admits_nights_and_weekends",
        facts.HELP_TOLD,
        facts.medicaid_accepted("AL"),
    }
    | {f"care:{care}" for care in (Care.OPIOID_MEDICATION, Care.RESIDENTIAL, Care.OUTPATIENT)}
)
SUBSTANCES = ["alcohol", "benzodiazepine", "opioid", "stimulant", "z_drug"]

CLONAZEPAM_AND_ALCOHOL = Need(
    care=(Care.EMERGENCY_DEPARTMENT, Care.WITHDRAWAL_MEDICAL_24H, Care.RESIDENTIAL),
    substances=frozenset({"benzodiazepine", "alcohol"}),
    withdrawal=frozenset({"benzodiazepine", "alcohol"}),
    age=27,
    sex="men",
    payer=PayerKind.PRIVATE,
    state="AL",
    latitude=33.5207,
    longitude=-86.8025,
)
OPIOID_MEDICAID = Need(
    care=(Care.OPIOID_MEDICATION, Care.OUTPATIENT),
    substances=frozenset({"opioid"}),
    age=34,
    payer=PayerKind.MEDICAID,
    state="AL",
    latitude=33.5207,
    longitude=-86.8025,
)


def offer_2022(
    codes: str, *, miles: float = 10, public_id: str = "a", state: str = "AL", also: Iterable[str] = ()
) -> Offer:
    yes, no = facts.read_codes("samhsa-su-2022", codes.split())
    return Offer(
        public_id=public_id,
        state=state,
        distance_miles=miles,
        facts=yes | frozenset(also),
        known_no=no,
        published=2022,
    )


def needs() -> st.SearchStrategy[Need]:
    substances = st.frozensets(st.sampled_from(SUBSTANCES), max_size=3)
    yes_no = st.sampled_from([None, True, False])
    return st.builds(
        Need,
        care=st.lists(st.sampled_from(list(Care)), unique=True, max_size=4).map(tuple),
        substances=substances,
        withdrawal=substances,
        danger=st.booleans(),
        age=st.none() | st.integers(5, 95),
        sex=st.sampled_from([None, "women", "men"]),
        pregnant=yes_no,
        group=st.sampled_from([None, "women", "men", "lgbtq"]),
        children_along=yes_no,
        veteran=yes_no,
        payer=st.sampled_from(list(PayerKind)),
        most_in=st.sampled_from([None, 3000]),
        most_out=st.sampled_from([None, 9000]),
        language=st.sampled_from([None, "english", "spanish", "korean", "navajo"]),
        deaf=yes_no,
        co_occurring=yes_no,
        medication=st.frozensets(st.sampled_from(["methadone", "buprenorphine", "naltrexone"])),
        on_medication=yes_no,
        telehealth=yes_no,
        injects=yes_no,
        at_night=yes_no,
        open_now=yes_no,
        smokes=yes_no,
        plan=st.sampled_from([None, "P1"]),
        state=st.sampled_from([None, "AL", "MT"]),
        latitude=st.sampled_from([None, 33.5]),
        longitude=st.just(-86.8),
        miles=st.sampled_from([25, 50, 100]),
    )


@st.composite
def some_offers(draw: st.DrawFn) -> list[Offer]:
    return [draw(an_offer(f"{number:03}")) for number in range(draw(st.integers(0, 6)))]


@st.composite
def an_offer(draw: st.DrawFn, public_id: str = "a") -> Offer:
    yes = draw(st.frozensets(st.sampled_from(ALL_FACTS), max_size=25))
    no = draw(st.frozensets(st.sampled_from(ALL_FACTS), max_size=2))
    return Offer(
        public_id=public_id,
        state=draw(st.sampled_from(["AL", "MT"])),
        distance_miles=draw(st.none() | st.floats(0, 120)),
        facts=yes - no,
        known_no=no,
        published=2022,
        verified_on=draw(st.sampled_from([None, date(2026, 11, 1), date(2026, 3, 1), date(2024, 1, 1)])),
        openings=draw(st.sampled_from([None, 0, 3])),
        told=draw(st.sampled_from([(), (("same_day_start", 12),)])),
        sent=(sent := draw(st.sampled_from([0, 2, 5]))),
        took=draw(st.integers(0, sent)),
    )
