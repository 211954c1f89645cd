"""Files of people: a photograph is recognised by its content, written anew, and kept sealed in its row.

Nothing that was uploaded is ever stored or shown as it came. Pillow decodes it and writes a new JPEG of the picture
alone: position, camera, comments, a second file hidden behind the first and whatever else was in it are gone. It has no
name. It lies in PostgreSQL, because it must go with its row, in its backup and under its rights; as a binary column, of
which the audit keeps no former value.
"""

from __future__ import annotations

from io import BytesIO
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from helpline.vault.fields import EncryptedTextField, Sealed, keyring

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
QUALITY = 85
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# A large picture takes a few hundred megabytes while it is decoded: one at a time in each process
_one_at_a_time = Lock()


class NotAPhoto(ValueError):
    """This is no picture we take; the message says to a person what to do."""


def clean_photo(content: bytes) -> bytes:
    """The picture alone, upright, no side longer than 2,000 pixels, as JPEG. Raises ``NotAPhoto``."""
    if len(content) > MOST_BYTES:
        raise NotAPhoto(_("This file is larger than 10 MB. Take the photo again in a smaller size, or leave it out."))
    kind = _kind(content)
    if kind not in FORMATS:
        raise NotAPhoto(_("This is not a photo we can read. Choose a JPEG or PNG picture, or leave it out."))
    try:
        with _one_at_a_time, Image.open(BytesIO(content), formats=[FORMATS[kind]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            return _written_anew(picture)
    except Image.DecompressionBombError:
        smaller = _("This picture has too many pixels. Take it again in a smaller size, or leave it out.")
        raise NotAPhoto(smaller) from None
    except Exception:
        # Pillow's decoders raise errors of many kinds on what was made to break them, and none is our bug
        raise NotAPhoto(_("This photo is damaged. Take it again, or leave it out.")) from None


def _kind(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _written_anew(picture: Image.Image) -> bytes:
    # A large JPEG is decoded small at once
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean, written = Image.new("RGB", upright.size, "white"), BytesIO()
    seen = upright.convert("RGBA")
    clean.paste(seen, mask=seen)
    clean.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


class EncryptedFileField(EncryptedTextField):
    """The bytes of a file, sealed, in a binary column."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    stored_as = "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: object, connection: object) -> Sealed | None:
        return None if value is None else Sealed(bytes(value).decode("latin-1"))

    def open(self, instance: models.Model, value: Sealed) -> bytes:
        return keyring().open_file(value.encode("latin-1"), self.place(instance))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(keyring().seal_file(value, self.place(model_instance)).decode("latin-1"))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = self.get_prep_value(value)
        return sealed.encode("latin-1") if isinstance(sealed, Sealed) else sealed


class InMemory(FileUploadHandler):
    """What a person uploads never touches a disk in clear, and is read no further than we would take.

    One byte more than that is kept, so that the form can say it is too large. Where ``LARGER_FILES`` of the settings
    names the address, somebody who is signed in may send more: a directory, which is nobody's secret and waits in a
    file without a name.
    """

    @property
    def most(self) -> int:
        request = self.request
        larger = settings.LARGER_FILES.get(request.path, MOST_BYTES) if request else MOST_BYTES
        return larger if getattr(getattr(request, "user", None), "is_authenticated", False) else MOST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.most_bytes = self.most
        self.content: IO[bytes] = TemporaryFile() if self.most_bytes > MOST_BYTES else BytesIO()  # noqa: SIM115  # it is closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.content.write(raw_data[: max(0, self.most_bytes + 1 - self.content.tell())])

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        size = self.content.tell()
        self.content.seek(0)
        about = (self._name(), self.content_type, size, self.charset, self.content_type_extra)
        if isinstance(self.content, BytesIO):
            return InMemoryUploadedFile(self.content, self.field_name, *about)
        return UploadedFile(self.content, *about)

    def _name(self) -> str:
        """A photo has no name; a directory keeps the one an import tells it by."""
        return str(self.file_name) if self.most_bytes > MOST_BYTES else "file"
