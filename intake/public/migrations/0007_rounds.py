"""Behind the second wall staff who see no inquiry keep the round of listings, and how much each is used."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0006_half_a_code"),
        ("programs", "0007_rounds"),
    ]
    operations = [
        rights(LISTINGS, "SELECT", "programs_use"),
        rights(LISTINGS, "SELECT, INSERT, UPDATE, DELETE", "programs_turn"),
    ]
