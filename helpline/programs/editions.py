"""The editions of the directory this project knows, and the files that come with each: pure Python, no
Django.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from helpline.programs.workbook import Code, NotReadable, read_code_key

DATA = Path(__file__).resolve().parent / "data"
PLACES = DATA / "us_zip_centroids.csv.gz"
PLACES_ATTRIBUTION = "Postal data: GeoNames, CC BY 4.0; US Census Bureau"

Coordinates = dict[UUID, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """An edition: ``directory`` is SU, MH or SU+MH: the rows of the key it uses. The workbook may be absent."""

    code: str
    name: str
    published: int
    attribution: str
    directory: str
    key: str
    workbook: str = ""
    coordinates: str = ""

    def codes(self) -> list[Code]:
        """The service codes of this edition. Raises ``NotReadable``."""
        return read_code_key((DATA / self.key).read_text(encoding="utf-8"), directory=self.directory)

    def located(self) -> Coordinates:
        """Coordinates found for streets of this edition, by the identity of the row."""
        return read_coordinates(DATA / self.coordinates) if self.coordinates else {}


EDITIONS = {
    edition.code: edition
    for edition in (
        EditionFiles(
            code="samhsa-su-2022",
            name="National Directory of Drug and Alcohol Use Treatment Facilities 2022",
            published=2022,
            attribution="Substance Abuse and Mental Health Services Administration (SAMHSA), public domain",
            directory="SU",
            key="service_code_key_2022.csv",
            workbook="National_Directory_SA_Facilities_2022.xlsx",
            coordinates="coordinates_2022.csv.gz",
        ),
        EditionFiles(
            code="samhsa-mh-2022",
            name="National Directory of Mental Health Treatment Facilities 2022",
            published=2022,
            attribution="Substance Abuse and Mental Health Services Administration (SAMHSA), public domain",
            directory="MH",
            key="service_code_key_2022.csv",
        ),
        EditionFiles(
            code="samhsa-otp-2021",
            name="Opioid Treatment Program Directory 2021",
            published=2021,
            attribution="Substance Abuse and Mental Health Services Administration (SAMHSA), public domain",
            directory="SU",
            key="service_code_key_2022.csv",
        ),
        EditionFiles(
            code="findtreatment-2019",
            name="FindTreatment.gov 2019",
            published=2019,
            attribution="Substance Abuse and Mental Health Services Administration (SAMHSA), public domain",
            directory="SU+MH",
            key="service_code_key_2022.csv",
        ),
        EditionFiles(
            code="findtreatment-2026",
            name="FindTreatment.gov 2026",
            published=2026,
            attribution="Substance Abuse and Mental Health Services Administration (SAMHSA), public domain",
            directory="SU+MH",
            key="service_code_key_2026.csv",
        ),
    )
}


def edition_files(code: str) -> EditionFiles:
    """The edition of that code. Raises ``NotReadable`` naming those that are known."""
    try:
        return EDITIONS[code]
    except KeyError:
        raise NotReadable(f"There is no edition “{code}”. Known are: {', '.join(sorted(EDITIONS))}.") from None


def read_coordinates(path: Path) -> Coordinates:
    """A gzipped CSV ``identity,latitude,longitude`` in degrees. Raises ``NotReadable``."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return {
                UUID(row["identity"]): (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)
            }
    except (OSError, EOFError, KeyError, ValueError) as problem:
        raise NotReadable(f"{path.name} is not a list of coordinates (identity, latitude, longitude).") from problem


def read_places() -> list[tuple[str, str, str, str, float | None, float | None, str]]:
    """Every ZIP with city, state, county, latitude, longitude and source, as shipped."""
    with gzip.open(PLACES, "rt", encoding="utf-8", newline="") as file:
        return [
            (
                row["zip"], row["city"], row["state"], row["county"],
                float(row["latitude"]) if row["latitude"] else None,
                float(row["longitude"]) if row["longitude"] else None,
                row["source"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
