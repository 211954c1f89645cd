"""The words people use, and what they may mean."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from helpline.guides.library import all_guides
from helpline.guides.loading import TERMS, Loaded, load_substances
from helpline.guides.models import Substance, SubstanceTerm

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> Loaded:
    return load_substances()


def meanings(text: str) -> list[str]:
    return [substance.name for substance in SubstanceTerm.objects.meanings(text)]


def test_a_name_a_brand_a_misspelling_and_slang_mean_the_same(loaded: Loaded) -> None:
    for word in ("clonazepam", "Klonopin", " K-Pin ", "kpins", "clonopin", "KLONAPIN"):
        assert meanings(word) == ["clonazepam"], word


def test_the_word_a_guide_hands_to_the_form_is_known(loaded: Loaded) -> None:
    assert [guide.slug for guide in all_guides().values() if len(meanings(guide.substance)) != 1] == []


def test_slang_with_several_meanings_shows_them_all_and_picks_none(loaded: Loaded) -> None:
    assert meanings("boy") == ["crack cocaine", "heroin"]
    assert meanings("water") == ["methamphetamine", "pcp"]
    assert {"heroin", "fentanyl"} < set(meanings("china white"))
    assert SubstanceTerm.objects.get(term="boy", substance__name="heroin").meanings_count == 2


def test_an_official_name_stands_for_itself(loaded: Loaded) -> None:
    assert meanings("fentanyl") == ["fentanyl"]


@pytest.mark.parametrize("text", ["", "  ", "...", "no such thing", "x" * 500, "\x00", "🙂"])
def test_an_unknown_word_means_nothing_and_breaks_nothing(loaded: Loaded, text: str) -> None:
    assert meanings(text) == []


def test_lethal_withdrawals_are_marked(loaded: Loaded) -> None:
    for name in ("clonazepam", "alprazolam", "alcohol", "phenobarbital", "zolpidem"):
        assert Substance.objects.get(name=name).withdrawal_route == "medically_managed", name


def test_loading_again_changes_nothing_and_follows_the_file(loaded: Loaded, tmp_path) -> None:
    before = list(SubstanceTerm.objects.order_by("pk").values_list())
    assert load_substances() == loaded
    assert list(SubstanceTerm.objects.order_by("pk").values_list()) == before
    shorter = tmp_path / "terms.csv"
    shorter.write_text("".join(TERMS.read_text().splitlines(keepends=True)[:50]))
    assert load_substances(shorter).removed == loaded.terms - SubstanceTerm.objects.count()
    assert Substance.objects.count() == loaded.substances


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_substances")
    assert "415 substances" in capsys.readouterr().out
