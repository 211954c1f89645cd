"""What an attack on the second wall found: kept forms were there whole, and accounts could be made and deleted."""

from django.db import migrations

from helpline.vault.wall import BY_LINK, HOUSE, IDS, LISTINGS

ACCOUNTS = f"INSERT, DELETE ON accounts_user FROM {BY_LINK}, {LISTINGS}"
FACTORS = f"INSERT, DELETE ON mfa_authenticator FROM {BY_LINK}"


class Migration(migrations.Migration):
    dependencies = [("public", "0001_second_wall")]
    operations = [
        # They hold what colleagues typed of people; who kept one is in reach, as in disclosures_official_request
        migrations.RunSQL(
            "ALTER TABLE accounts_kept_form ENABLE ROW LEVEL SECURITY; "
            f"CREATE POLICY house ON accounts_kept_form TO {HOUSE} USING (true) WITH CHECK (true); "
            f"CREATE POLICY own ON accounts_kept_form TO {LISTINGS} "
            f"USING (user_id = {IDS}) WITH CHECK (user_id = {IDS})",
            "DROP POLICY own ON accounts_kept_form; DROP POLICY house ON accounts_kept_form; "
            "ALTER TABLE accounts_kept_form DISABLE ROW LEVEL SECURITY",
        ),
        # Signing in changes an account and a factor; it makes none and takes none away
        migrations.RunSQL(f"REVOKE {ACCOUNTS}", f"GRANT {ACCOUNTS.replace(' FROM ', ' TO ')}"),
        migrations.RunSQL(f"REVOKE {FACTORS}", f"GRANT {FACTORS.replace(' FROM ', ' TO ')}"),
    ]
