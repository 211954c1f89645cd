from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payers", "0002_audit")]
    operations = [
        migrations.AddField(
            model_name="payerroad",
            name="kind",
            field=models.CharField(
                choices=[("core_mime", "CAQH CORE, HTTP MIME"), ("json_api", "JSON with the raw 270 and 271")],
                db_default="core_mime",
                default="core_mime",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="payerroad",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=["core_mime", "json_api"]), name="road_kind_is_known"
            ),
        ),
    ]
