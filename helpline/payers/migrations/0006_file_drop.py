from django.db import migrations, models
from django.db.models import Q

KINDS = ["core_mime", "core_soap", "json_api", "file_drop"]


class Migration(migrations.Migration):
    dependencies = [("payers", "0005_road_details")]
    operations = [
        migrations.AlterField("payerroad", "url", models.URLField(blank=True)),
        migrations.AlterField(
            "payerroad",
            "kind",
            models.CharField(
                choices=[
                    ("core_mime", "CAQH CORE, HTTP MIME"),
                    ("core_soap", "CAQH CORE, SOAP"),
                    ("json_api", "JSON with the raw 270 and 271"),
                    ("file_drop", "Files in a folder"),
                ],
                db_default="core_mime",
                default="core_mime",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("payerroad", "road_kind_is_known"),
        migrations.AddConstraint(
            "payerroad", models.CheckConstraint(condition=Q(kind__in=KINDS), name="road_kind_is_known")
        ),
        migrations.AddConstraint(
            "payerroad",
            models.CheckConstraint(condition=Q(kind="file_drop") | ~Q(url=""), name="road_has_an_address"),
        ),
    ]
