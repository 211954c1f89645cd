"""What is uploaded is recognised by its content, written anew, and kept sealed; nothing of it is taken on trust."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from django.db import connection
from PIL import Image

from helpline.audit.models import OldValue
from helpline.vault.files import LONGEST_SIDE, MOST_BYTES, NotAPhoto, clean_photo
from helpline.vault.sealing import CannotOpen
from intake.inquiries.models import Draft
from intake.insurance.cards import keep_photo
from intake.insurance.models import CardPhoto

GPS, ORIENTATION = 0x8825, 0x0112


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: object) -> bytes:
    written = BytesIO()
    image = Image.new("RGBA" if kind != "JPEG" else "RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    image.save(written, kind, **saved)
    return written.getvalue()


def with_position() -> bytes:
    """As a phone takes it: turned, with the place where it was taken, and a word in the comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (33.0, 31.0, 14.0)
    exif[0x010E] = "at home in Birmingham"
    return picture(exif=exif, comment=b"Daniel Reyes")


def png_that_says(width: int, height: int) -> bytes:
    """A small file that claims to be a huge picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def with_zip_behind() -> bytes:
    """A picture that is a ZIP archive as well, with a script in it."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("run.html", "<script>alert(1)</script>")
    return picture() + archive.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_a_jpeg_of_the_same_look(kind: str) -> None:
    seen = Image.open(BytesIO(clean_photo(picture(kind))))
    assert (seen.format, seen.mode, seen.size) == ("JPEG", "RGB", (60, 40))
    red, green, _blue = seen.getpixel((5, 5))
    assert red > 200 > 60 > green


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    taken = with_position()
    assert Image.open(BytesIO(taken)).getexif().get_ifd(GPS)
    clean = clean_photo(taken)
    seen = Image.open(BytesIO(clean))
    assert seen.size == (40, 60)
    assert not seen.getexif()
    assert not {"exif", "comment", "icc_profile", "photoshop"} & set(seen.info)
    assert b"Birmingham" not in clean
    assert b"Daniel" not in clean


def test_a_second_file_behind_the_picture_does_not_survive() -> None:
    both = with_zip_behind()
    assert zipfile.is_zipfile(BytesIO(both))
    clean = clean_photo(both)
    assert not zipfile.is_zipfile(BytesIO(clean))
    assert b"<script" not in clean
    assert b"PK\x03\x04" not in clean


def test_a_large_one_becomes_small_and_a_transparent_one_white() -> None:
    assert max(Image.open(BytesIO(clean_photo(picture(size=(5000, 100))))).size) == LONGEST_SIDE
    written = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, "PNG")
    assert min(Image.open(BytesIO(clean_photo(written.getvalue()))).getpixel((9, 9))) > 250


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a photo"),
        (b"hello, I am a card", "not a photo"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not a photo"),
        (b"%PDF-1.7\n1 0 obj <</JS (app.alert(1))>>", "not a photo"),
        (b"GIF89a<script>alert(1)</script>", "not a photo"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "not a photo"),
        (b"PK\x03\x04" + picture(), "not a photo"),
        (picture()[:300], "damaged"),
        (b"\xff\xd8\xff\xe0" + b"A" * 500, "damaged"),
        (png_that_says(40_000, 40_000), "too many pixels"),
        (png_that_says(10_000, 6_000), "too many pixels"),
        (png_that_says(3000, 3000), "damaged"),
        (b"\xff\xd8\xff" + bytes(MOST_BYTES), "larger than 10 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everything_else_is_refused_with_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(NotAPhoto, match=says):
        clean_photo(content)


@pytest.mark.django_db
def test_a_file_is_sealed_in_its_row_and_opens_in_no_other() -> None:
    drafts = [Draft.objects.create(answers_json={}) for _ in range(2)]
    first, second = (
        keep_photo(draft, clean_photo(picture(size=(60, size)))) for draft, size in zip(drafts, (40, 50), strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM insurance_card_photo WHERE id = %s", [first.pk])
        stored = bytes(cursor.fetchone()[0])
        assert stored.startswith(b"v1.k1.")
        assert b"JFIF" not in stored
        assert Image.open(BytesIO(CardPhoto.objects.get(pk=first.pk).content)).size == (60, 40)
        cursor.execute("UPDATE insurance_card_photo SET content = %s WHERE id = %s", [stored, second.pk])
    with pytest.raises(CannotOpen, match="moved"):
        CardPhoto.objects.get(pk=second.pk).content  # noqa: B018
    with pytest.raises(TypeError, match="sealed"):
        CardPhoto.objects.update(content=b"x")


@pytest.mark.django_db
def test_another_photo_takes_its_place_and_of_one_that_is_gone_nothing_is_left() -> None:
    draft = Draft.objects.create(answers_json={})
    kept = keep_photo(draft, clean_photo(picture()))
    assert keep_photo(draft, clean_photo(picture(size=(60, 50)))).pk == kept.pk
    draft.delete()
    assert not CardPhoto.objects.exists()
    assert not OldValue.objects.filter(table_name="insurance_card_photo").exists()
