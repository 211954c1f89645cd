"""Debian's Chromium for the browser tests. Where it is missing they fail: a skip would hide a missing install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
# Until it is there, however busy the machine: a wait that succeeds costs nothing
expect.set_options(timeout=30_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path, "Chromium is not installed: run script/browser"
    # Playwright's own loop would make Django refuse the ORM in this thread, which is not what is being guarded against
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            # Inside Playwright's loop Django keeps connections of its own: the next test has another database
            connections.close_all()
            browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def picture(page: Page, name: str, folder: Path, *, whole: bool = True) -> None:
    """A screenshot beside the test's logs, or in ``PICTURES`` for the README and for looking at."""
    page.screenshot(path=Path(os.environ.get("PICTURES", folder)) / f"{name}.png", full_page=whole)
