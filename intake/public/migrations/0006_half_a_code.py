from django.db import migrations

from helpline.vault.wall import BY_LINK, IDS, KEYS

REACHED = f"inquiry_id = {IDS} OR code_index = {KEYS}"


class Migration(migrations.Migration):
    """A wrong try counts against the code whose first half it had: the first half brings that code's row into reach."""

    dependencies = [("public", "0005_same_place"), ("disclosures", "0012_tries_at_a_code")]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY reached ON disclosures_consent_code TO {BY_LINK} "
            f"USING ({REACHED} OR half_index = {KEYS}) WITH CHECK ({REACHED} OR half_index = {KEYS})",
            f"ALTER POLICY reached ON disclosures_consent_code TO {BY_LINK} USING ({REACHED}) WITH CHECK ({REACHED})",
        )
    ]
