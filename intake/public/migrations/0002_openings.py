"""Listings admins see and correct what programs said is free; it says nothing of anybody."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [("public", "0001_second_wall"), ("programs", "0003_openings")]
    operations = [rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_opening")]
