"""The ledger stays append-only; its recipients can be sealed under a new key."""

from django.db import migrations

from helpline.audit.triggers import resealable


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0002_audit"), ("audit", "0003_resealing")]
    operations = [*resealable("disclosures_ledger", "recipient")]
