"""Putting what listings stand on into the database: places, editions and service codes. Each may be run
again.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from helpline.programs.editions import EDITIONS, Coordinates, EditionFiles, edition_files, read_places
from helpline.programs.models import Edition, ServiceCode

_MERGE_PLACES = """
INSERT INTO programs_place AS p (zip, city, state, county, latitude, longitude, source)
SELECT zip, city, state, county, latitude, longitude, source FROM places_incoming
ON CONFLICT (zip) DO UPDATE SET
    city = EXCLUDED.city, state = EXCLUDED.state, county = EXCLUDED.county, latitude = EXCLUDED.latitude,
    longitude = EXCLUDED.longitude, source = EXCLUDED.source
WHERE p IS DISTINCT FROM EXCLUDED
"""


def load_places() -> int:
    """Bring the ZIP codes up to date; returns how many were new or different."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE places_incoming (LIKE programs_place) ON COMMIT DROP")
        with cursor.copy("COPY places_incoming FROM STDIN") as copy:
            for row in read_places():
                copy.write_row(row)
        cursor.execute(_MERGE_PLACES)
        return int(cursor.rowcount)


def edition_of(code: str, *, name: str, published: int) -> Edition:
    """The edition of somebody else's directory, made the first time: it has no key, so it tells no services of ours."""
    edition, _ = Edition.objects.get_or_create(
        code=code, defaults={"name": name, "published": published, "attribution": name}
    )
    return edition


def edition_for(code: str, source: str = "") -> tuple[Edition, Coordinates]:
    """The edition with the coordinates that come with it. ``source`` names whose directory it is, and makes an edition
    of theirs when the code is not known. Raises ``NotReadable``.
    """
    known = Edition.objects.filter(code=code).first() if code not in EDITIONS else None
    if known:
        return known, {}
    if source and code not in EDITIONS:
        return edition_of(slugify(code)[:40], name=source[:160], published=timezone.localdate().year), {}
    files = edition_files(code)
    return load_edition(files), files.located()


@transaction.atomic
def load_edition(files: EditionFiles) -> Edition:
    """The edition with its service codes, in the order of the key. Raises ``NotReadable``."""
    edition, _ = Edition.objects.update_or_create(
        code=files.code,
        defaults={"name": files.name, "published": files.published, "attribution": files.attribution},
    )
    known = {code.code: code for code in edition.service_codes.all()}
    fresh = []
    for code in files.codes():
        row = known.get(code.code) or ServiceCode(edition=edition, code=code.code)
        row.name, row.category_code, row.category_name = code.name, code.category_code, code.category_name
        fresh.append(row)
    ServiceCode.objects.bulk_create([row for row in fresh if row.pk is None])
    ServiceCode.objects.bulk_update(
        [row for row in fresh if row.pk is not None], ["name", "category_code", "category_name"]
    )
    return edition
