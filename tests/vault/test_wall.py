"""The second wall: a view that forgot every filter shows a stranger nothing, and a link its own inquiry only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from helpline.accounts.models import KeptForm
from helpline.audit.acting import CALLER, Actor, acting
from helpline.vault.models import SignedLink
from helpline.vault.privacy import PLAIN
from helpline.vault.wall import BY_LINK, LISTINGS, stand, wall, within_reach
from intake.disclosures.consenting import give
from intake.disclosures.models import Consent, Purpose, SignedHow
from intake.inquiries.models import ContactPoint, Draft, Inquiry, Note, Person
from intake.insurance.models import CardPhoto, Policy, Verification
from intake.journey.consent import make_consent_link
from tests.dashboard.conftest import opened, sign_in, staff

OF_PEOPLE = [
    model
    for model in apps.get_models()
    if any(one is not PLAIN for one in getattr(model, "privacy", {}).values())
    and (model is KeptForm or model._meta.app_label not in {"accounts", "audit", "payers", "programs"})
]


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def seen(model: type[models.Model]) -> int:
    """How many rows; none where the role may not even look."""
    with suppress(ProgrammingError), transaction.atomic():
        return model._default_manager.count()
    return 0


@pytest.fixture
def two(db: None) -> list[Inquiry]:
    """Two people, each with everything a caller's page can touch."""
    both = [opened("wrong_id"), opened("inactive")]
    for one in both:
        give(
            inquiry_id=one.pk, purpose=Purpose.REFER, patient_name="A B", signature="A B", how=SignedHow.FORM,
            by_the_person=True, by=CALLER,
        )  # fmt: skip
        make_consent_link(one, by=CALLER)
        CardPhoto.objects.create(inquiry=one, content=b"picture")
        Draft.objects.create(inquiry=one)
        with acting(CALLER):
            Note.objects.create(inquiry=one, author=staff("consultant"), text="called")
    return both


@pytest.fixture
def standing(db: None) -> Iterator[None]:
    with wall():
        yield


def test_a_table_of_people_that_nobody_classed_for_the_wall_is_found(two: list[Inquiry]) -> None:
    assert len(OF_PEOPLE) > 15
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, has_table_privilege(%s, c.oid, 'SELECT'), "
            "has_any_column_privilege(%s, c.oid, 'SELECT, UPDATE') "
            "FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'",
            [BY_LINK, LISTINGS],
        )
        found = {name: (by_rows, by_link, listings) for name, by_rows, by_link, listings in cursor.fetchall()}
    for model in OF_PEOPLE:
        by_rows, by_link, listings = found[model._meta.db_table]
        assert by_rows or not (by_link or listings), f"{model._meta.db_table}: see helpline/vault/wall.py, rows()"


@pytest.mark.parametrize("which", [BY_LINK, LISTINGS])
def test_with_nothing_proven_nothing_is_there(two: list[Inquiry], standing: None, which: str) -> None:
    stand(which)
    assert role() == which
    assert {model.__name__: seen(model) for model in [*OF_PEOPLE, SignedLink]} == dict.fromkeys(
        [model.__name__ for model in [*OF_PEOPLE, SignedLink]], 0
    )


def test_what_is_proven_is_there_and_nothing_else(two: list[Inquiry], standing: None) -> None:
    mine, theirs = two
    stand(BY_LINK)
    within_reach(mine.pk)
    for model in (Inquiry, Person, Policy, CardPhoto, Consent, SignedLink, Verification):
        assert 0 < seen(model) <= 3, model
    assert set(Inquiry.objects.values_list("pk", flat=True)) == {mine.pk}
    assert set(ContactPoint.objects.values_list("inquiry", flat=True)) == {mine.pk}
    assert set(Consent.objects.values_list("inquiry_id", flat=True)) == {mine.pk}
    assert set(Verification.objects.values_list("policy__inquiry", flat=True)) == {mine.pk}
    with acting(CALLER):
        assert Inquiry.objects.filter(pk=theirs.pk).update(urgency=0) == 0
        assert Inquiry.objects.update(language="es") == 1
    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
        CardPhoto.objects.filter(inquiry=mine).update(inquiry=theirs)


@pytest.mark.parametrize("of", ["person", "caller"])
def test_an_inquiry_in_reach_is_not_pointed_at_somebody_else(two: list[Inquiry], standing: None, of: str) -> None:
    mine, theirs = two
    stand(BY_LINK)
    within_reach(mine.pk)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(CALLER):
        Inquiry.objects.filter(pk=mine.pk).update(**{f"{of}_id": getattr(theirs, f"{of}_id")})
    assert set(Person.objects.values_list("pk", flat=True)) == {mine.person_id}


def test_what_is_in_reach_is_looked_up_and_not_searched_for(two: list[Inquiry], standing: None) -> None:
    """However many people there are: the way to each table a caller's page asks leads through an index."""
    stand(BY_LINK)
    within_reach(two[0].pk)
    with connection.cursor() as cursor:
        # Two rows would be read faster without one
        cursor.execute("SET LOCAL enable_seqscan = off")
    for model in (Inquiry, Person, Policy, ContactPoint, Consent, Verification):
        plan = model._default_manager.all().explain()
        assert "Seq Scan" not in plan.replace(f"Seq Scan on {model._meta.db_table}", ""), plan
    for model in (Inquiry, Policy, Consent):
        assert "Seq Scan" not in model._default_manager.all().explain()


def test_what_a_colleague_was_typing_is_out_of_reach(standing: None) -> None:
    consultant, admin = staff("consultant"), staff("admin")
    for user in (consultant, admin):
        with acting(Actor.staff(user)):
            KeptForm.objects.keep(user, "/desk/", "text=she+called")
    stand(LISTINGS)
    within_reach(admin.pk)
    assert [form.user_id for form in KeptForm.objects.all()] == [admin.pk]


@pytest.mark.parametrize("which", [BY_LINK, LISTINGS])
def test_no_account_is_made_or_deleted_from_there(standing: None, which: str) -> None:
    stand(which)
    for sql in ("DELETE FROM accounts_user", "INSERT INTO accounts_user (email) VALUES ('x')"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_road_s_password_and_the_record_of_looks_are_out_of_reach(standing: None) -> None:
    stand(BY_LINK)
    refused = (
        "SELECT password FROM payers_road",
        "SELECT actor_id FROM audit_record",
        "UPDATE programs_program SET name1 = ''",
    )
    for sql in refused:
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_it_stands_again_after_what_was_undone(fresh_database: str) -> None:
    before = role()
    with wall():
        stand(BY_LINK)
        with transaction.atomic():
            assert role() == BY_LINK
            transaction.set_rollback(True)
        assert role() == BY_LINK
        connection.close()
        assert role() == BY_LINK
    assert role() == before == "helpline_app"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('helpline.ids', true)")
        assert cursor.fetchone() == ("",)


def everything(request: HttpRequest) -> HttpResponse:
    """A view as it must never be written: open to all, and no filter anywhere."""
    return HttpResponse(f"{role()} {seen(Inquiry)} {seen(Person)}")


everything.login_required = False  # type: ignore[attr-defined]


def nobody_asked(request: HttpRequest) -> HttpResponse:
    """Behind the sign-in, and asking for no permission."""
    return HttpResponse(f"{role()} {seen(Inquiry)} {seen(Person)}")


urlpatterns = [path("open/", everything), path("staff/", nobody_asked)]


@pytest.mark.urls("tests.vault.test_wall")
def test_a_view_without_a_filter_shows_nobody(two: list[Inquiry], client: Client) -> None:
    assert client.get("/open/").text == f"{BY_LINK} 0 0"
    assert sign_in("consultant").get("/open/").text == f"{BY_LINK} 0 0"
    assert sign_in("admin").get("/staff/").text == f"{LISTINGS} 0 0"
    assert sign_in("consultant").get("/staff/").text == "helpline_app 2 2"
    assert role() == "helpline_app"
