"""The ledger stays append-only; its recipients can be sealed under a new key."""

from django.db import migrations

from helpline.audit.triggers import resealable


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0008_official_requests"), ("audit", "0005_resealing")]
    operations = [*resealable("disclosures_ledger", "recipient", "reason")]
