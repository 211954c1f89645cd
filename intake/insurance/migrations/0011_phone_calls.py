"""What somebody at a payer said on the phone, question by question."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import helpline.vault.fields
import helpline.vault.ids
from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [
        ("insurance", "0010_another_payer"),
        ("audit", "0005_resealing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PhoneCall",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=helpline.vault.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("call", models.UUIDField(unique=True)),
                ("called_at", models.DateTimeField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("spoke_to", helpline.vault.fields.EncryptedTextField(blank=True, default="")),
                ("reference", helpline.vault.fields.EncryptedTextField(blank=True, default="")),
                ("answers_json", helpline.vault.fields.EncryptedJSONField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phone_calls",
                        to="insurance.verification",
                    ),
                ),
            ],
            options={"db_table": "insurance_phone_call", "ordering": (models.F("called_at").desc(),)},
        ),
        *track("insurance_phone_call"),
    ]
