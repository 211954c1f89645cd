"""The same form sent several times at the same moment is one inquiry."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx

from intake.inquiries.models import Draft, Inquiry


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


def test_sent_four_times_at_once(site: str) -> None:
    with httpx.Client(base_url=site, follow_redirects=True) as browser:
        start = browser.get("/get-help/").text
        browser.post("/get-help/", data={"csrfmiddlewaretoken": hidden(start, "csrfmiddlewaretoken")})
        check = browser.get("/get-help/check/").text
        said = {name: hidden(check, name) for name in ("csrfmiddlewaretoken", "key")}
        with ThreadPoolExecutor(4) as hands:
            pages = list(hands.map(lambda _: browser.post("/get-help/check/", data=said), range(4)))
    assert {page.status_code for page in pages} == {200}
    assert Inquiry.objects.count() == 1
    code = Inquiry.objects.get().reference_code
    assert all(code in page.text for page in pages)
    assert Draft.objects.get().inquiry == Inquiry.objects.get()
