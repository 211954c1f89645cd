"""The screens of listings with 100,000 rows beside the same screens with the 12,174 of the real directory, in one run.

Prints ``name, ours, floor, ratio, goal, met|missed`` in milliseconds: ours at 100,000 rows, the floor at 12,174. Rows
are made from the real ones with jittered places. Each page is asked as an admin through the whole house, the best of
five. A page that reads one screen of rows may cost at most ``PAGE`` times as much; one that counts the whole directory
(the map, what is not known) at most ``WHOLE`` times, near what eight times the rows cost a scan. No page may ask more
statements than before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from io import StringIO
from typing import Any

from bench.matching import grow, settle

PAGE, WHOLE, ROUNDS = 4.0, 12.0, 5
PAGES = {
    "list": ("", PAGE),
    "page 400": ("?page=400", PAGE),
    "search of words": ("?q=recovery+house", PAGE),
    "search of a number": ("?q=205-216-0200", PAGE),
    "one state": ("?state=CA", PAGE),
    "kind of care": ("?care={care}", PAGE),
    "never verified, oldest first": ("?checked=never&sort=verified", PAGE),
    "ages not known": ("?missing=ages", PAGE),
    "verification round": ("round/", WHOLE),
    "map of a state": ("map/?state=CA", WHOLE),
    "map": ("map/", WHOLE),
    "what is not known": ("unknown/", WHOLE),
}


def main() -> int:
    if sys.argv[1:]:
        return fill(int(sys.argv[1]))
    from helpline.local import prepare

    prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.MFA_REQUIRED = False
    settings.ALLOWED_HOSTS = ["*"]
    owner = {**os.environ, "HELPLINE_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "-m", "bench.listings", "12000"], env=owner, check=True)
    few = measured()
    subprocess.run([sys.executable, "-m", "bench.listings", "100000"], env=owner, check=True)
    many = measured()
    missed = 0
    for name, (_address, goal) in {**PAGES, "verify 25": ("", PAGE), "withdraw 25": ("", PAGE)}.items():
        (floor, statements), (ours, now) = few[name], many[name]
        met = ours / floor <= goal and now <= statements
        missed += not met
        verdict = "met" if met else "missed"
        sys.stdout.write(f"{name}, {ours:.1f}, {floor:.1f}, {ours / floor:.2f}, {goal:.2f}, {verdict}\n")
    return 1 if missed else 0


def fill(size: int) -> int:
    """As the owner of the tables, which the pages are not."""
    import django

    django.setup()
    from django.core.management import call_command

    if size > 12_000:
        grow(size)
    else:
        call_command("load_directory", verbosity=0, stdout=StringIO())
        settle()
    return 0


def measured() -> dict[str, tuple[float, int]]:
    """Milliseconds and statements of each page."""
    from django.test import Client

    from helpline.accounts.models import User
    from helpline.programs.models import Program, ServiceCode

    admin = User.objects.filter(email="bench@example.org").first() or User.objects.create_user(
        "bench@example.org", "correct horse battery", name="Bench", role="admin"
    )
    client = Client()
    client.force_login(admin)
    care = ServiceCode.objects.get(edition__code="samhsa-su-2022", code="RES").pk
    found = {}
    for name, (address, _goal) in PAGES.items():
        found[name] = best(lambda address=address: client.get(f"/desk/listings/{address.format(care=care)}"))  # type: ignore[misc]
    listed = Program.objects.listed().order_by("sort_name", "id").values_list("pk", flat=True)
    ids = [str(pk) for pk in listed[:25]]
    for action in ("verify", "withdraw"):
        sent = {"action": action, "ids": ids, "confirmed": "yes", "words": "bench", "query": ""}
        found[f"{action} 25"] = best(lambda sent=sent: client.post("/desk/listings/together/", sent), 0)  # type: ignore[misc]
    return found


def best(ask: Any, rounds: int = ROUNDS) -> tuple[float, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    times = [(time.perf_counter() - begun) * 1000]
    if answer.status_code not in {200, 302}:
        raise RuntimeError(f"{answer.status_code} instead of a page")
    for _ in range(rounds):
        begun = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times), len(asked)


if __name__ == "__main__":
    sys.exit(main())
