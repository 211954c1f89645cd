"""A repeated check that says something else, and the member ID by which another company knows somebody."""

from django.db import migrations, models

import helpline.vault.fields


class Migration(migrations.Migration):
    dependencies = [("insurance", "0015_answered_before")]
    operations = [
        migrations.AddField("verification", "differs", models.BooleanField(null=True)),
        migrations.AddField("verification", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("verification", "member_id", helpline.vault.fields.EncryptedTextField(null=True)),
        migrations.AddIndex(
            "verification",
            models.Index(
                condition=models.Q(("differs", None), ("priority", 10), ("state", "answered")),
                fields=["finished_at"],
                name="verification_to_compare",
            ),
        ),
    ]
