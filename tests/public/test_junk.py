"""Whatever is posted to whatever page: an answer, never a 500."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.public.steps import STEPS
from intake.public.use_form import UseForm

FIELDS = sorted({name for step in STEPS for name in step.form.base_fields} | set(UseForm.base_fields))
MORE = [
    "later",
    "zip_as_typed",
    "take_back",
    "then",
    "meaning",
    "remove",
    "key",
    "website",
    "code",
    "substance",
    "go",
    "x",
]
VALUES = st.sampled_from(
    [
        "yes",
        "self",
        "electronic",
        "none",
        "other",
        "alcohol",
        "3/27/1985",
        "99999999999999999999",
        "-1",
        "\x00",
    ]
) | st.text(max_size=200)
POSTS = st.dictionaries(st.sampled_from(FIELDS + MORE), st.lists(VALUES, min_size=1, max_size=3), max_size=8)
PAGES = [reverse("intake_step", args=[step.slug]) for step in STEPS] + [
    reverse("intake_substance", args=[number]) for number in (0, 1, 7, 10**9)
]
PAGES += [
    reverse(name) for name in ("get_help", "intake_check", "intake_save", "intake_resume", "inquiry_status", "leave")
]


@pytest.mark.django_db
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(visits=st.lists(st.tuples(st.sampled_from(PAGES), POSTS), min_size=1, max_size=4))
def test_no_post_breaks_a_page(client: Client, visits: list[tuple[str, dict[str, list[str]]]]) -> None:
    for page, said in visits:
        assert client.post(page, said).status_code in (200, 302)
        assert client.get(page, {"then": "check"}).status_code in (200, 302)
    assert client.get(reverse("intake_check"), follow=True).status_code == 200


@pytest.mark.django_db
def test_unknown_pages_are_not_found(client: Client) -> None:
    assert client.get(reverse("intake_step", args=["nowhere"])).status_code == 404
    assert client.put(reverse("intake_check")).status_code == 405
