"""Hours of intake rank programs, so they are read where matching is; a program's link speaks for that program only."""

from django.db import migrations

from helpline.vault.wall import IDS, LISTINGS, rights, rows


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0006_told_more"),
        ("programs", "0006_may_give_and_hours"),
        ("public", "0003_openings"),
    ]
    operations = [
        rows("programs_intake_hours", f"program_id = {IDS}", "SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            f"CREATE POLICY kept ON programs_intake_hours TO {LISTINGS} USING (true) WITH CHECK (true)",
            "DROP POLICY kept ON programs_intake_hours",
        ),
        rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_intake_hours"),
    ]
