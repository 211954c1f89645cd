"""Admins keep the ids by which clearinghouses know payers; every change is audited."""

from django.db import migrations

from helpline.audit.triggers import track
from helpline.vault.wall import LISTINGS, rights

KEPT = ("payers_edi_id", "payers_edi_change")


class Migration(migrations.Migration):
    dependencies = [("public", "0013_packets"), ("payers", "0008_edi_ids_and_carve_outs"), ("audit", "0002_functions")]
    operations = [
        rights(LISTINGS, "SELECT, INSERT, UPDATE, DELETE", *KEPT),
        rights(LISTINGS, "SELECT", "payers_carve_out"),
        *track(*KEPT, "payers_carve_out"),
    ]
