"""Behind the second wall staff who see no inquiry join listings, with what programs said of themselves."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0008_uploads"),
        ("programs", "0009_merging"),
        ("matching", "0005_told"),
    ]
    operations = [
        rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_join"),
        rights(LISTINGS, "SELECT, UPDATE", "matching_told"),
    ]
