from django.db import migrations, models

KINDS = ["core_mime", "core_soap", "json_api"]


class Migration(migrations.Migration):
    dependencies = [("payers", "0003_road_kind")]
    operations = [
        migrations.AlterField(
            model_name="payerroad",
            name="kind",
            field=models.CharField(
                choices=[
                    ("core_mime", "CAQH CORE, HTTP MIME"),
                    ("core_soap", "CAQH CORE, SOAP"),
                    ("json_api", "JSON with the raw 270 and 271"),
                ],
                db_default="core_mime",
                default="core_mime",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="payerroad", name="road_kind_is_known"),
        migrations.AddConstraint(
            model_name="payerroad",
            constraint=models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="road_kind_is_known"),
        ),
    ]
