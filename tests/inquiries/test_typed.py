"""What people type on the worst night: brands, Spanish, slang, misspellings, several in one box, stories."""

import time
from itertools import product

import pytest

from intake.inquiries.answers import Answers, Frequency, LastUse, Said, Use
from intake.inquiries.substance_words import DEPRESSANTS, LETHAL_WITHDRAWAL, Group, read
from intake.inquiries.triage import Urgency, assess

HARMLESS_OR_STIMULANT = {Group.MILDER, Group.TREATMENT, Group.STIMULANT}
STOPPED = {"stopped": Said.YES, "last_use": LastUse.YESTERDAY, "how_often": Frequency.DAILY}

# Each of these is a drink or a pill to the one who types it.
BRANDS = """
Bud Light|12 bud lights|a case of bud light|budweiser|Budwiser|budlight|Busch Light|Natty Ice|Keystone Light
Coors|Miller High Life|Milwaukee's Best|PBR|Pabst Blue Ribbon|Michelob Ultra|Heineken|Heiniken|Stella Artois
Corona|Modelo Especial|modelo negra|Tecate|Dos Equis|Steel Reserve|Colt 45|Olde English|4 loko's every night
Four Loko|Mike's Hard Lemonade|twisted tea|White Claws|white-claw|whiteclaw|Jack Daniel’s|jack daniels|Jim Beam
hennessy|Hennesy|henny|Crown Royal|Fireball|Captain Morgan|Bacardi|Smirnoff|Grey Goose|Tito's|titos|Patrón
Jose Cuervo|Everclear|MD 20/20|Wild Irish Rose|Franzia|box wine|Jägermeister|listerine|40s|two 40oz|tall boys
a handle of vodka|cerveza|cervezas|Cerbeza|trago|tragos|aguardiente|vino tinto|ron|licor|chelas|caguamas
bebo mucho|guaro|tequila|borracho|alcólico|vodca|wisky|alcol|alchohol|vino y cerveza
una botella de tequila al día|un six de tecate|whiskey|xan|xanny|xannies|xanax2mg|xanax-vodka|zanex|zbars|valum
tafil|rivotril|Ribotril|klonipin|calmantes|ansiolíticos|benzodiacepinas|anxiety pills|anxiety meds
sleeping tablets|pastillas para dormir|pastillas para los nervios|ambian|lunesta|lioresal|mysoline|primidone
esgic|fioricet|xywav|bdo|GHB|fenibut|phenibut|gabapentin|morontin|soma|somas|tranquilizers|somníferos|sedantes
"""
UNCLEAR = (
    "bottles|pastillas|stuff|lemons|goofballs|case|jugs|refresco|food|night|the blue ones|my pills|asdf|drugs|medicine"
)


@pytest.mark.parametrize("typed", [each for each in BRANDS.replace("\n", "|").split("|") if each])
def test_a_drink_or_pill_is_never_only_something_harmless(typed: str) -> None:
    assert read(typed) & LETHAL_WITHDRAWAL


@pytest.mark.parametrize("typed", UNCLEAR.split("|"))
def test_slang_and_unknown_words_settle_nothing(typed: str) -> None:
    assert Group.UNKNOWN in read(typed)
    triage = assess(Answers(uses=(Use(text=typed, **STOPPED),)))
    assert triage.urgency <= Urgency.TODAY
    assert "do_not_stop_suddenly" in {action.code for action in triage.now}


@pytest.mark.parametrize(
    ("typed", "group"), [("metadona", Group.OPIOID), ("cocaina", Group.STIMULANT), ("Metadoná", Group.OPIOID)]
)
def test_other_spanish_names(typed: str, group: Group) -> None:
    assert read(typed) == {group}


def test_a_name_beats_slang_but_not_slang_that_can_kill() -> None:
    assert read("whiskey") == {Group.ALCOHOL}
    assert read("naltrexone") == read("vivitrol") == {Group.TREATMENT}
    assert read("k") >= {Group.BENZODIAZEPINE, Group.MILDER, Group.UNKNOWN}


@pytest.mark.parametrize("typed", ["2 g of weed", "5 x a day marijuana", "420 weed", "an energy drink", "coffee"])
def test_amounts_and_ordinary_words_name_nothing(typed: str) -> None:
    assert read(typed) == {Group.MILDER}


@pytest.mark.parametrize("typed", ["been taking it", "same value", "I want to be safe later", "nothing fine"])
def test_short_ordinary_words_are_not_taken_for_names(typed: str) -> None:
    assert not read(typed) & DEPRESSANTS


LETHAL = """
vodka|vodca|a fifth of vodka|wine|boxed wine|wiskey|jack daniels|twisted tea|bud light|bud lite|natty light
a 12 pack of coors|modelo|hennessy|fireball shooters|four lokos|mouthwash|hand sanitizer|cerveza|aguardiente
ron con coca|vino|caguamas|micheladas|tequila|alcohol|beer|xanax|zanax|xans|bars|2mg bars|klonopin|k-pins|kpins
clonazepam|clonazapam|rivotril|tafil|valium|valum|ativan|atavan|lorazepam|benzos|benzo's|etizolam|temazepam
restoril|halcion|librium|diazepam|ambien|ambian|ambien cr|lunesta|zolpidem|sleeping pills|sleep meds
phenobarbital|phenobarb|fioricet|butalbital|primidone|seconal|ghb|gbl|1,4-BDO|xyrem|sodium oxybate|baclofen
lioresal|phenibut|fenibut|soma|carisoprodol|gabapentin|gabbies|neurontin|lyrica|pregabalin|calmantes
tranquilizantes|pastillas para dormir|ansioliticos|clonacepam|anxiety pills|nerve pills
""".replace("\n", "|")
FRAMES = [
    "{}",
    "{} every day",
    "been taking {} for years",
    "my {}",
    "{}, weed",
    "weed and {}",
    "{}/meth",
    "{}+coke",
    "{} - a lot",
    "I THINK {}???",
    "mucho {}",
    "he takes {} at night",
    "{}-weed",
    "heroin & {}",
    "cigarettes; {}",
]
WORDS = [each for each in LETHAL.split("|") if each]
TYPED = [frame.format(word) for at, (word, frame) in enumerate(product(WORDS, FRAMES)) if at % 4 == 0]
STORIES = [
    "I stopped drinking three days ago",
    "dejé el alcohol ayer",
    "quit xanax cold turkey",
    "ran out of klonopins monday",
    "no vodka since sunday",
    "he stopped his ativan",
    "se me acabó el rivotril",
    "deje de tomar cerveza",
    "off my valium since friday",
    "no more sleeping pills since tuesday",
]


def test_two_hundred_ways_to_name_what_can_kill_in_withdrawal() -> None:
    assert len(TYPED) > 200
    calm = [typed for typed in TYPED if assess(Answers(uses=(Use(text=typed, **STOPPED),))).urgency > Urgency.TODAY]
    only_unknown = [typed for typed in TYPED if not read(typed) & LETHAL_WITHDRAWAL]
    assert (calm, only_unknown) == ([], [])


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("field", ["text", "amount", "used_with", "anything_else"])
def test_the_same_told_in_any_box(story: str, field: str) -> None:
    boxes = {} if field == "anything_else" else {field: story}
    told = Answers(uses=(Use(**{"text": "weed"} | boxes),), anything_else="" if boxes else story)
    assert assess(told).urgency <= Urgency.TODAY


def test_reading_is_quick() -> None:
    read("warm")
    started = time.perf_counter()
    for typed in TYPED:
        read(typed)
    assert (time.perf_counter() - started) / len(TYPED) < 0.005
