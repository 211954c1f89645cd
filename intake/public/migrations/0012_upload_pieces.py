"""Behind the second wall staff who see no inquiry send a directory piece by piece, and it goes when it is decided."""

from django.db import migrations

from helpline.vault.wall import LISTINGS, rights


class Migration(migrations.Migration):
    dependencies = [
        ("public", "0011_moving_uses"),
        ("programs", "0012_upload_pieces"),
    ]
    operations = [rights(LISTINGS, "SELECT, INSERT, DELETE", "programs_upload_piece")]
