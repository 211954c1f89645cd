"""Behind the second wall staff who see no inquiry send directories of programs and decide on them."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0007_rounds"),
        ("programs", "0008_uploads"),
    ]
    operations = [rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_upload")]
