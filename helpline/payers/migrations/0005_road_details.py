from django.db import migrations, models
from django.db.models import Q

import helpline.vault.fields


class Migration(migrations.Migration):
    dependencies = [("payers", "0004_core_soap")]
    operations = [
        migrations.AddField("payerroad", "authorities", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("payerroad", "certificate", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField(
            "payerroad",
            "cost_per_check",
            models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True),
        ),
        migrations.AddField(
            "payerroad", "private_key", helpline.vault.fields.EncryptedTextField(blank=True, null=True)
        ),
        migrations.AddField(
            "payerroad", "provider_name", models.CharField(blank=True, db_default="", default="", max_length=60)
        ),
        migrations.AddField(
            "payerroad", "provider_npi", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
        migrations.AddConstraint(
            "payerroad",
            models.CheckConstraint(
                condition=Q(certificate="", private_key__isnull=True)
                | ~Q(certificate="") & Q(private_key__isnull=False),
                name="road_certificate_has_its_key",
            ),
        ),
        migrations.AddConstraint(
            "payerroad",
            models.CheckConstraint(
                condition=Q(provider_name="", provider_npi="")
                | ~Q(provider_name="") & Q(provider_npi__regex=r"^[0-9]{10}$"),
                name="road_provider_is_whole",
            ),
        ),
        migrations.AddConstraint(
            "payerroad",
            models.CheckConstraint(
                condition=Q(cost_per_check=None) | Q(cost_per_check__gte=0), name="road_cost_is_not_negative"
            ),
        ),
    ]
