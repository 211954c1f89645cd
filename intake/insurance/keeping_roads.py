"""What has to be true of a payer's road before it is kept, said by field; the page and the command ask the same."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from helpline.audit.acting import Actor, acting
from helpline.payers.edi_ids import PLAIN_ID
from helpline.payers.models import ANSWERED_LATER, PayerRoad, RoadKind
from intake.insurance.clearinghouses.tls import BadCertificate, check_authorities, check_pair
from intake.insurance.x12.writing import npi_is_valid


def keep_road(road: PayerRoad, *, by: Actor) -> PayerRoad:
    """Store it. ``problems_of`` has found nothing."""
    with acting(by):
        road.save()
    return road


def problems_of(road: PayerRoad) -> dict[str, str]:
    """What is wrong with an unsaved road, by field; empty when it may be kept."""
    found = {**_address_problem(road), **_provider_problem(road), **_certificate_problem(road)}
    for name in ("sender_id", "receiver_id", "edi_payer_id"):
        if not PLAIN_ID.fullmatch(getattr(road, name)):
            found[name] = _("Use letters, digits and simple signs only.")
    if not road.service_types or not all(re.fullmatch(r"[A-Z0-9]{1,2}", code) for code in road.service_types):
        found["service_types"] = _("Enter codes of one or two letters or digits, such as 30, MH, AI.")
    if road.kind == RoadKind.JSON_API and not road.password:
        found["password"] = _("Enter the API key: this kind of road needs one.")
    return found


def _address_problem(road: PayerRoad) -> dict[str, str]:
    if road.kind in ANSWERED_LATER and not road.folder:
        return {"kind": _("Set CLEARINGHOUSE_FILES first: there is no place for the answers.")}
    if road.kind == RoadKind.FILE_DROP:
        return {}
    try:
        address = urlsplit(road.url)
        host = address.hostname
    except ValueError:
        return {"url": _("This address cannot be read.")}
    if host not in settings.CLEARINGHOUSE_ALLOWED_HOSTS:
        return {"url": _("Add %(host)s to CLEARINGHOUSE_ALLOWED_HOSTS first: no other host is asked.") % {"host": host}}
    if address.username or address.password:
        return {"url": _("Leave name and password out of the address: they have fields of their own.")}
    if address.scheme != "https" and (settings.PRODUCTION or address.scheme != "http"):
        return {"url": _("A clearinghouse is asked by https only.")}
    return {}


def _provider_problem(road: PayerRoad) -> dict[str, str]:
    if bool(road.provider_name) != bool(road.provider_npi):
        return {"provider_npi": _("Enter the provider's name and NPI, or neither.")}
    if road.provider_npi and not npi_is_valid(road.provider_npi):
        return {"provider_npi": _("This is no NPI: its check digit is wrong.")}
    return {}


def _certificate_problem(road: PayerRoad) -> dict[str, str]:
    found = {}
    if road.certificate or road.private_key:
        try:
            check_pair(road.certificate, road.private_key or "")
        except BadCertificate as problem:
            found["certificate"] = str(problem)
    if road.authorities:
        try:
            check_authorities(road.authorities)
        except BadCertificate as problem:
            found["authorities"] = str(problem)
    return found
