"""What the engine promises, on needs and listings of the real codes and on made ones."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.inquiries.answers import Answers, Insurance, InsuranceKind, Person, Use
from intake.inquiries.triage import Care, assess
from intake.matching import facts, reasons
from intake.matching.engine import LEFT_OUT, Match, Matches, match
from intake.matching.need import Listing, Need, Offer, PayerKind
from intake.matching.rules import favourable
from tests.matching.offers import (
    ALL_FACTS,
    CLONAZEPAM_AND_ALCOHOL,
    OPIOID_MEDICAID,
    SUBSTANCES,
    TODAY,
    an_offer,
    needs,
    offer_2022,
    some_offers,
)

BED_AND_BENZODIAZEPINE = "SA DT RES RD ADTX BDTX MDET PI ADLT MALE FEM"


def only(need: Need, offer: Offer) -> Match:
    found = match(need, [offer], today=TODAY)
    assert len(found.ranked) == 1
    return found.ranked[0]


def codes_of(found: Match) -> set[str]:
    return {reason.code for reason in found.reasons}


def test_codes_of_one_facility_are_not_a_joint_statement() -> None:
    found = only(CLONAZEPAM_AND_ALCOHOL, offer_2022(BED_AND_BENZODIAZEPINE))
    assert not found.fits
    asked = [question.words for question in found.questions]
    assert (
        "Ask: is withdrawal from benzodiazepines medically managed in the 24-hour bed? "
        "The listing names both, but not together." in asked
    )


def test_only_confirmed_facts_make_withdrawal_care_fit() -> None:
    told = [
        facts.withdrawal_in_bed("alcohol"),
        facts.withdrawal_in_bed("benzodiazepine"),
        facts.plan_accepted("P1"),
    ]
    need = replace(CLONAZEPAM_AND_ALCOHOL, plan="P1")
    assert only(need, offer_2022(BED_AND_BENZODIAZEPINE, also=told)).fits
    assert not only(need, offer_2022(BED_AND_BENZODIAZEPINE, also=told[1:])).fits


def test_emergency_department_stands_above_every_program() -> None:
    found = match(CLONAZEPAM_AND_ALCOHOL, [], today=TODAY)
    assert [each.code for each in found.first_aid] == ["emergency_department"]
    assert match(OPIOID_MEDICAID, [], today=TODAY).first_aid == ()


def test_medication_ranks_above_detoxification_without_it_which_says_why() -> None:
    far_with_medication = offer_2022("SA MU BU OTP MD ADLT", miles=49, public_id="far")
    near_detox_only = offer_2022("SA DT RD ODTX MDET MD ADLT", miles=1, public_id="near")
    found = match(OPIOID_MEDICAID, [near_detox_only, far_with_medication], today=TODAY)
    assert [each.offer.public_id for each in found.ranked] == ["far", "near"]
    assert found.fits[0].offer.public_id == "far"
    assert "opioid_detox_only" in codes_of(found.ask_first[0])


@settings(max_examples=300)
@given(needs(), some_offers(), st.integers(0, 120), st.data())
def test_no_listing_without_medication_comes_above_one_with_it(
    need: Need, offers: list[Offer], miles: int, data: st.DataObject
) -> None:
    """However near, cheap and fitting: detoxification alone is not what keeps somebody alive."""
    need = replace(need, care=(Care.OPIOID_MEDICATION, *need.care), substances=need.substances | {"opioid"})
    silent = [f"treats_{each}_use" for each in SUBSTANCES] + ["any_opioid_medication", *facts.MAINTENANCE]
    detox, medicated = (
        replace(
            each, known_no=each.known_no - {*silent}, facts=each.facts - {f"only_{each}_use" for each in SUBSTANCES}
        )
        for each in (data.draw(an_offer("detox")), data.draw(an_offer("medicated")))
    )
    detox = replace(detox, facts=detox.facts - facts.MAINTENANCE - {"care:opioid_medication"} | {"detox_opioid"})
    medicated = replace(medicated, facts=medicated.facts | {"methadone"})
    found = match(need, [*offers, detox, medicated], today=TODAY)
    ids = [each.offer.public_id for each in found.ranked]
    if {"detox", "medicated"} <= set(ids):
        assert ids.index("medicated") < ids.index("detox")


def test_a_bed_comes_first_where_the_danger_calls_for_it() -> None:
    need = replace(CLONAZEPAM_AND_ALCOHOL, substances=frozenset({"benzodiazepine", "opioid"}))
    bed = offer_2022("SA DT RES RD BDTX ADTX ODTX PI ADLT MALE", public_id="bed")
    methadone = offer_2022("SA ORT MU OTP PI ADLT MALE", public_id="methadone", miles=1)
    found = match(need, [methadone, bed], today=TODAY)
    assert [each.offer.public_id for each in found.ranked] == ["bed", "methadone"]
    assert "opioid_bed_only" in codes_of(found.ranked[0])


def test_what_a_program_told_us_stands_over_its_listing() -> None:
    need = Need(care=(Care.RESIDENTIAL,), payer=PayerKind.PRIVATE, plan="P1", pregnant=True)
    asked = only(need, offer_2022("RES RL PI"))
    assert {each.settles for each in asked.questions} == {"plan:P1", "accepts_pregnant"}
    told = replace(offer_2022("RES RL PI", also=[each.settles for each in asked.questions]), told=(("plan:P1", 21),))
    assert only(need, told).fits
    assert "Answers of its own: 1, the last 21 days ago." in [each.words for each in only(need, told).reasons]
    refused = replace(offer_2022("RES RL PI PW"), known_no=frozenset({"accepts_pregnant"}))
    assert [each.code for each in match(need, [refused], today=TODAY).excluded] == ["pregnancy_refused"]


@given(needs(), an_offer())
def test_each_question_that_can_be_settled_is_settled_by_its_answer(need: Need, offer: Offer) -> None:
    found = match(need, [replace(offer, listing=Listing.LISTED)], today=TODAY)
    for question in found.ranked[0].questions if found.ranked else ():
        if question.settles:
            facts_, no = offer.facts - {question.settles}, offer.known_no - {question.settles}
            yes = match(need, [replace(offer, facts=facts_ | {question.settles}, known_no=no)], today=TODAY)
            refused = match(need, [replace(offer, facts=facts_, known_no=no | {question.settles})], today=TODAY)
            assert question not in yes.ranked[0].questions
            assert refused.left_out or question.code in {"opioid_medication_not_listed", "opioid_bed_only"}


def test_the_plan_s_network_ranks_and_what_nobody_asked_is_never_against() -> None:
    need = Need(care=(Care.OUTPATIENT,), payer=PayerKind.PRIVATE, plan="P1")
    inside, outside = offer_2022("ORT PI", also=["network:P1"]), offer_2022("ORT PI", public_id="b")
    unasked = replace(outside, public_id="c")
    outside = replace(outside, known_no=frozenset({"network:P1"}))
    found = match(need, [outside, unasked, inside], today=TODAY)
    assert [each.offer.public_id for each in found.ranked] == ["a", "c", "b"]
    assert "network_ask" in {each.code for each in found.ranked[1].unknown}
    bounded = only(replace(need, most_in=3000, most_out=9000), outside)
    endless = only(replace(need, most_in=3000), outside)
    assert "at most $9,000" in str(bounded.reasons)
    assert bounded.score > endless.score
    assert "at most $3,000" in str(only(replace(need, most_in=3000), inside).met)


@pytest.mark.parametrize(("codes", "code"), [("SMON", "not_permitted"), ("SMPD", "permitted"), ("", "ask")])
def test_smoking_policy_matters_to_those_who_smoke(codes: str, code: str) -> None:
    assert f"smoking_{code}" in codes_of(only(Need(smokes=True), offer_2022(f"ORT {codes}")))
    assert f"smoking_{code}" not in codes_of(only(Need(), offer_2022(f"ORT {codes}")))
    told = Answers(uses=(Use(text="alcohol"), Use(text="cigarettes")))
    assert Need.of(told, assess(told)).smokes


@pytest.mark.parametrize("payer", [PayerKind.MILITARY, PayerKind.TRICARE, PayerKind.CHAMPVA])
def test_military_insurance_names_no_plan_and_is_never_the_va(payer: PayerKind) -> None:
    assert [each.code for each in only(Need(payer=payer), offer_2022("ORT MI")).questions] == ["ask_this_plan"]
    of_the_va = [each.code for each in only(Need(payer=PayerKind.VA), offer_2022("ORT MI")).questions]
    assert of_the_va == ["payment_not_listed"]


def test_block_grant_money_puts_pregnant_people_first_and_those_who_inject_soon() -> None:
    pregnant = "people who are pregnant come before others (42 U.S.C. 300x-27)"
    injecting = "people who inject are to be admitted within 14 days (45 CFR 96.126)"
    for need, whom in ((Need(pregnant=True, injects=True), pregnant), (Need(injects=True), injecting)):
        words = [each.words for each in only(need, offer_2022("ORT SAMF PW")).reasons if each.code == "priority_group"]
        assert words == [f"Gets block-grant money: {whom}."]
    assert "priority_group" not in codes_of(only(Need(injects=True), offer_2022("ORT SS")))
    assert "priority_group" not in codes_of(only(Need(), offer_2022("ORT SAMF")))


@pytest.mark.parametrize(
    ("codes", "fits", "code"),
    [
        ("SA ORT SF ADLT", False, "cash_no_help"),
        ("SA ORT SF PI MD ADLT", False, "cash_no_help"),
        ("SA ORT SF SS ADLT", True, "sliding_scale"),
        ("SA ORT PA ADLT", True, "payment_assistance"),
        ("SA ORT SAMF ADLT", True, "block_grant"),
        ("SA ORT NP ADLT", True, "free_of_charge"),
        ("SA ORT FSA ADLT", False, "public_funds_ask"),
        ("SA ORT ADLT", False, "payment_not_stated"),
    ],
)
def test_someone_who_cannot_pay(codes: str, fits: bool, code: str) -> None:
    found = only(Need(care=(Care.OUTPATIENT,), payer=PayerKind.NONE, age=40), offer_2022(codes))
    assert (found.fits, code in codes_of(found)) == (fits, True)


def test_a_listing_never_accepts_your_plan() -> None:
    for payer, codes in ((PayerKind.PRIVATE, "ORT PI"), (PayerKind.MILITARY, "ORT MI")):
        found = only(Need(care=(Care.OUTPATIENT,), payer=payer), offer_2022(codes))
        assert [each.code for each in found.questions] == ["ask_this_plan"]


def test_medicaid_of_another_state_is_asked() -> None:
    need = Need(care=(Care.OUTPATIENT,), payer=PayerKind.MEDICAID, state="AL")
    assert only(need, offer_2022("ORT MD", state="AL")).fits
    assert "payment_other_state" in codes_of(only(need, offer_2022("ORT MD", state="GA")))


def test_pregnancy_is_a_hard_need_with_three_answers() -> None:
    need = Need(care=(Care.OUTPATIENT,), pregnant=True)
    assert only(need, offer_2022("ORT PW")).fits
    assert [each.code for each in only(need, offer_2022("ORT")).questions] == ["pregnancy_ask"]
    refused = replace(offer_2022("ORT"), known_no=frozenset({"accepts_pregnant"}))
    assert [each.code for each in match(need, [refused], today=TODAY).excluded] == ["pregnancy_refused"]


def test_what_a_listing_says_it_does_not_do_leaves_it_out_and_is_counted() -> None:
    offers = [
        offer_2022("ORT NAUT", public_id="no-alcohol"),
        offer_2022("ORT OUDO", public_id="only-opioid"),
        offer_2022("ORT", public_id="far", miles=60),
        offer_2022("ORT NAUT", public_id="both", miles=60),
        offer_2022("ORT", public_id="ok"),
    ]
    need = Need(care=(Care.OUTPATIENT,), substances=frozenset({"alcohol"}), latitude=33.5, longitude=-86.8)
    found = match(need, offers, today=TODAY)
    assert [each.offer.public_id for each in found.fits] == ["ok"]
    assert {each.code: (each.count, each.would_return) for each in found.excluded} == {
        "substance_refused": (2, 1),
        "other_substance_only": (1, 1),
        "too_far": (2, 1),
    }


def test_the_same_letters_mean_another_fact_in_another_edition() -> None:
    military, nothing = (frozenset({"takes_military_insurance"}), frozenset()), (frozenset(), frozenset())
    assert facts.read_codes("samhsa-su-2022", ["MI"]) == military
    assert facts.read_codes("findtreatment-2026", ["MI"]) == nothing
    assert facts.read_codes("findtreatment-2026", ["TRICARE"]) == military
    assert facts.read_codes("nobody described it", ["SA", "RD"]) == nothing


def test_a_listing_that_contradicts_itself_is_asked() -> None:
    alcohol = Need(care=(Care.OUTPATIENT,), substances=frozenset({"alcohol"}))
    assert [each.code for each in only(alcohol, offer_2022("ORT NAUT PMAT")).questions] == ["substance_contradicts"]
    assert [each.code for each in only(alcohol, offer_2022("ORT OUDO ADTX")).questions] == ["only_contradicts"]
    assert "opioid_medication_contradicts" in codes_of(only(OPIOID_MEDICAID, offer_2022("NMOA BU MD ADLT")))


def test_some_codes_say_no() -> None:
    yes, no = facts.read_codes("samhsa-su-2022", ["NAUT", "PMAT"])
    assert no == {"treats_alcohol_use"}
    assert "alcohol_medication" in yes
    for edition in ("samhsa-su-2022", "findtreatment-2026"):
        said = [facts.read_codes(edition, [code]) for code in ("VAPN", "VAPP", "VPPD")]
        vaping = frozenset({"vaping_permitted"})
        assert said == [(frozenset(), vaping), (vaping, frozenset()), (vaping, frozenset())]


@given(needs(), some_offers(), st.randoms(use_true_random=False))
def test_the_order_of_listings_does_not_matter(need: Need, offers: list[Offer], chance: random.Random) -> None:
    shuffled = list(offers)
    chance.shuffle(shuffled)
    assert match(need, shuffled, today=TODAY) == match(need, offers, today=TODAY)


@given(needs(), some_offers(), st.data())
def test_ownership_fees_and_sponsors_cannot_enter(need: Need, offers: list[Offer], data: st.DataObject) -> None:
    """The codes of ownership, licence and accreditation are read as nothing; nor do names weigh anything."""
    unread = [st.sampled_from(["PVTP", "PVTN", "LCCG", "STG", "TBG", "FED", "CARF", "JC", "STAG", "FQHC"])]
    extra = [data.draw(st.frozensets(unread[0])) for _ in offers]
    assert all(facts.read_codes("samhsa-su-2022", codes) == (frozenset(), frozenset()) for codes in extra)
    sponsored = [
        replace(
            offer,
            name=f"Sponsor {codes}",
            facts=offer.facts | codes | {"pays_us"},
            phone="1",
            confidential=True,
        )
        for offer, codes in zip(offers, extra, strict=True)
    ]
    plain, other = match(need, offers, today=TODAY), match(need, sponsored, today=TODAY)
    assert _order(plain) == _order(other)
    assert [each.reasons for each in plain.ranked] == [each.reasons for each in other.ranked]


@settings(max_examples=300)
@given(needs(), some_offers(), an_offer("subject"), st.data())
def test_a_true_favourable_fact_never_lowers_a_rank(
    need: Need, others: list[Offer], offer: Offer, data: st.DataObject
) -> None:
    wanted = sorted(favourable(need) - offer.known_no)
    if not wanted:
        return
    better = replace(offer, facts=offer.facts | {data.draw(st.sampled_from(wanted))})
    before, after = (match(need, [*others, each], today=TODAY) for each in (offer, better))
    assert _place(after) <= _place(before)


@pytest.mark.parametrize("version", sorted(reasons.WEIGHTS))
@given(needs(), some_offers())
def test_a_stored_match_replays_to_the_same_list(version: str, need: Need, offers: list[Offer]) -> None:
    found = match(need, offers, today=TODAY, version=version)
    assert Matches.replay(json.loads(json.dumps(found.to_json()))) == found


@given(needs(), some_offers())
def test_each_offer_is_in_exactly_one_list_and_nothing_unknown_is_left_out(need: Need, offers: list[Offer]) -> None:
    found = match(need, offers, today=TODAY)
    ids = [each.offer.public_id for each in found.ranked] + [each.public_id for each in found.left_out]
    assert sorted(ids) == sorted(each.public_id for each in offers)
    assert all(not each.questions for each in found.fits)
    for each in found.left_out:
        silent = replace(each, facts=frozenset(), known_no=frozenset(), distance_miles=0.0)
        assert not match(need, [silent], today=TODAY).left_out


def test_every_code_has_a_weight_words_and_no_other_version_is_known() -> None:
    assert set(reasons.WEIGHTS[reasons.WEIGHTS_VERSION]) == set(reasons.WORDS)
    assert all(set(table) <= set(reasons.WORDS) for table in reasons.WEIGHTS.values())
    with pytest.raises(KeyError, match="1999"):
        match(OPIOID_MEDICAID, [], today=TODAY, version="1999")


def test_the_need_in_what_a_mother_told() -> None:
    answers = Answers(
        person=Person(age=27, gender="male"),
        uses=(Use(text="clonazepam"), Use(text="alcohol")),
        insurance=Insurance(kind=InsuranceKind.PRIVATE),
    )
    need = Need.of(answers, assess(answers), state="AL", latitude=33.5, longitude=-86.8)
    assert need.withdrawal == {"benzodiazepine", "alcohol"}
    assert need.sex == "men"
    assert need.payer is PayerKind.PRIVATE
    assert Care.WITHDRAWAL_MEDICAL_24H in need.care
    assert Need.from_json(need.to_json()) == need


def _order(found: Matches) -> list[list[str]]:
    return [[each.offer.public_id for each in part] for part in (found.fits, found.ask_first)]


def _place(found: Matches) -> int:
    ids = [each.offer.public_id for each in found.ranked]
    return ids.index("subject") if "subject" in ids else len(ids)


@given(needs())
def test_a_program_that_says_no_to_everything_is_left_out_with_every_reason(need: Need) -> None:
    joint = {of(each) for of in (facts.withdrawal_in_bed, facts.withdrawal_outpatient) for each in SUBSTANCES}
    refuses = Offer(public_id="a", known_no=frozenset(ALL_FACTS) | joint, listing=Listing.DO_NOT_REFER)
    found = match(need, [refuses], today=TODAY)
    assert found.ranked == ()
    assert {each.code for each in found.excluded} <= set(LEFT_OUT)
    assert "not_referable" in {each.code for each in found.excluded}
