"""Who is at the other end, and who we are: theirs is always verified, and ours shown where one is asked for."""

from __future__ import annotations

import ssl
import tempfile
from datetime import datetime
from functools import lru_cache
from secrets import token_urlsafe

import certifi
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .errors import FixConfiguration
from .road import Road


class BadCertificate(ValueError):
    """A PEM that cannot be used; the words say which and never repeat it."""


def expires(certificate: str) -> datetime:
    """When the first certificate of a PEM chain runs out, in UTC. Raises `BadCertificate`."""
    return _first(certificate).not_valid_after_utc


def check_pair(certificate: str, private_key: str) -> None:
    """Whether the key is that of the certificate and needs no passphrase. Raises `BadCertificate`."""
    ours = _first(certificate).public_key()
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except TypeError:
        raise BadCertificate("The private key has a passphrase: store it without one, it is sealed here.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadCertificate("The private key cannot be read: it must be one in PEM.") from None
    whole = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*whole) != ours.public_bytes(*whole):
        raise BadCertificate("The private key is not that of the certificate.")


def check_authorities(pem: str) -> None:
    """Whether these are certificates we can verify a server by. Raises `BadCertificate`."""
    _first(pem)
    try:
        ssl.create_default_context(cadata=pem)
    except ssl.SSLError:
        raise BadCertificate("The certificates of the authority cannot be read.") from None


def _first(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem.encode())[0]
    except (ValueError, IndexError):
        raise BadCertificate("The certificate cannot be read: it must be one in PEM.") from None


def context_of(road: Road) -> ssl.SSLContext | None:
    """What this road needs beyond the usual authorities; None when it needs nothing. Raises `FixConfiguration`."""
    if not (road.certificate or road.authorities):
        return None
    try:
        return _context(road.certificate, road.private_key, road.authorities)
    except (BadCertificate, ssl.SSLError, ValueError, OSError):
        raise FixConfiguration("Our certificate for this clearinghouse cannot be used.") from None


@lru_cache(maxsize=1)
def usual_context() -> ssl.SSLContext:
    """For a road without a certificate or authorities of its own."""
    return _speaking(_usual_authorities())


def _usual_authorities() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


def _speaking(context: ssl.SSLContext) -> ssl.SSLContext:
    context.set_alpn_protocols(["http/1.1"])
    return context


@lru_cache(maxsize=64)
def _context(certificate: str, private_key: str, authorities: str) -> ssl.SSLContext:
    whole = ssl.create_default_context(cadata=authorities) if authorities else _usual_authorities()
    context = _speaking(whole)
    if certificate:
        _show(context, certificate, private_key)
    return context


def _show(context: ssl.SSLContext, certificate: str, private_key: str) -> None:
    """OpenSSL takes a key from a file only: what lies there for a moment is encrypted under a word nobody keeps."""
    check_pair(certificate, private_key)
    word = token_urlsafe(32)
    key = load_pem_private_key(private_key.encode(), password=None)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(word.encode()))
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate.encode() + b"\n" + sealed)
        file.flush()
        context.load_cert_chain(file.name, password=word)


def refused_ours(error: BaseException | None) -> bool:
    """Whether an error comes from the other side's alert about our certificate: then it read nothing of ours."""
    while error is not None:
        # aiohttp's own is an SSLError too, and has no reason: that is its cause's
        reason = getattr(error, "reason", None)
        if reason and isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLCertVerificationError):
            return "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)
        error = error.__cause__ or error.__context__
    return False


def is_untrusted(error: BaseException | None) -> bool:
    """Whether an error is ours about the other side's certificate."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
