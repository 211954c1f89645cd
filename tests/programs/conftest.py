from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from helpline.accounts.models import User
from helpline.programs.editions import EDITIONS
from helpline.programs.loading import load_edition
from helpline.programs.models import Edition, Place

HEADINGS = [
    "name1", "name2", "street1", "street2", "city", "state", "zip", "phone",
    "intake1", "intake2", "intake1a", "intake2a", "service_code_info",
]  # fmt: skip


def row(name: str, *, phone: str = "205-216-0200", state: str = "AL", zip: str = "35203", codes: str = "SA OP") -> list:
    return [name, "", "1 Main Street", "", "Birmingham", state, zip, phone, "", "", "", "", codes]


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for cells in [HEADINGS, *rows]:
        book.active.append(cells)
    book.save(path)
    return path


@pytest.fixture
def edition(db: None) -> Edition:
    Place.objects.bulk_create(
        [
            Place(
                zip="35203",
                city="Birmingham",
                state="AL",
                latitude=33.5186,
                longitude=-86.8104,
                source="census",
            ),
            Place(zip="30303", city="Atlanta", state="GA", latitude=33.7529, longitude=-84.3925, source="census"),
        ]
    )
    return load_edition(EDITIONS["samhsa-su-2022"])


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("admin@example.org", "correct horse battery", name="Ada Admin", role="admin")
