"""Whoever keeps listings says how insurers are asked, too; it is nothing of the people we help."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [("public", "0003_openings"), ("payers", "0006_file_drop")]
    operations = [rights(LISTINGS, "SELECT, INSERT, UPDATE", "payers_road")]
