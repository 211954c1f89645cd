import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

PIECES = """
INSERT INTO programs_upload_piece (upload_id, number, body)
SELECT id, 0, body FROM programs_upload WHERE body IS NOT NULL;
UPDATE programs_upload SET pieces = 1 WHERE body IS NOT NULL
"""
WHOLE = """
UPDATE programs_upload u SET body = (
    SELECT coalesce(string_agg(body, ''::bytea ORDER BY number), ''::bytea)
    FROM programs_upload_piece WHERE upload_id = u.id)
WHERE pieces IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0011_taken_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("body", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="programs.upload"
                    ),
                ),
            ],
            options={
                "db_table": "programs_upload_piece",
                "constraints": [models.UniqueConstraint(fields=("upload", "number"), name="one_upload_piece_a_number")],
            },
        ),
        migrations.AddField(model_name="upload", name="pieces", field=models.PositiveIntegerField(null=True)),
        migrations.RemoveConstraint(model_name="upload", name="upload_has_its_file"),
        migrations.RunSQL(PIECES, WHOLE),
        # What a foreign key and a check wait for must be done before the table is changed
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField(model_name="upload", name="body"),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=Q(("state__in", ["to_try", "tried", "to_apply"]), _negated=True)
                | Q(("pieces__isnull", False)),
                name="upload_has_its_file",
            ),
        ),
    ]
