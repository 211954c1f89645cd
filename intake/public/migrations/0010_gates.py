"""Whoever says how insurers are asked also says how much at once, and ends a rest."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [("public", "0009_merging"), ("insurance", "0014_gates")]
    operations = [rights(LISTINGS, "SELECT, INSERT, UPDATE", "insurance_gate")]
