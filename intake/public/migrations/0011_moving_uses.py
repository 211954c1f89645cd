"""When two listings are made one, the counts of the use of both are its counts."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [("public", "0010_gates"), ("programs", "0007_rounds")]
    operations = [rights(LISTINGS, "INSERT, UPDATE, DELETE", "programs_use")]
