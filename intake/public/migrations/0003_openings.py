"""Listings admins keep what programs say of themselves; a program's link speaks for that program only."""

from django.db import migrations

from helpline.vault.wall import IDS, LISTINGS, rights, rows

OF_A_PROGRAM = f"program_id = {IDS}"
SAID = ("programs_opening", "programs_proposal", "programs_program_change")


def kept_by_admins(table: str, condition: str = "true") -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE POLICY kept ON {table} TO {LISTINGS} USING ({condition}) WITH CHECK ({condition})",
        f"DROP POLICY kept ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("public", "0002_less_behind_the_wall"), ("programs", "0003_openings")]
    operations = [
        rows("programs_opening", OF_A_PROGRAM, "SELECT, INSERT, UPDATE"),
        rows("programs_proposal", OF_A_PROGRAM, "SELECT, INSERT"),
        rows("programs_program_change", OF_A_PROGRAM, "INSERT, SELECT (id, at)"),
        rights(LISTINGS, "SELECT, INSERT, UPDATE", "programs_opening", "programs_proposal"),
        *(kept_by_admins(table) for table in SAID),
        # They make links for programs, and see none that leads to a person
        kept_by_admins("vault_signed_link", "purpose = 'listing'"),
        rights(LISTINGS, "SELECT, INSERT", "vault_signed_link"),
    ]
