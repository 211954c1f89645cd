"""The photo of an insurance card: sealed and compressed already, it is stored as it is, its head readable alone."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import helpline.vault.files
import helpline.vault.ids
from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [
        ("inquiries", "0005_name_tokens"),
        ("insurance", "0003_asked_by_phone"),
        ("audit", "0005_resealing"),
    ]

    operations = [
        migrations.CreateModel(
            name="CardPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=helpline.vault.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("content", helpline.vault.files.EncryptedFileField()),
                (
                    "draft",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="card_photo",
                        to="inquiries.draft",
                    ),
                ),
                (
                    "inquiry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="card_photo",
                        to="inquiries.inquiry",
                    ),
                ),
            ],
            options={
                "db_table": "insurance_card_photo",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draft", None), ("inquiry__isnull", False)),
                            models.Q(("draft__isnull", False), ("inquiry", None)),
                            _connector="OR",
                        ),
                        name="a_card_is_of_a_form_or_an_inquiry",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE insurance_card_photo ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE insurance_card_photo ALTER COLUMN content SET STORAGE EXTENDED",
        ),
        *track("insurance_card_photo"),
    ]
