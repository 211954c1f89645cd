from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    """Who keeps listings decides whether two are one place."""

    dependencies = [("public", "0004_roads"), ("programs", "0005_same_place")]
    operations = [rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_same_place")]
