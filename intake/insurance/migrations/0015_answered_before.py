"""The same question of a day is answered from the first answer: how it is known, where its answer came from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurance", "0014_gates"),
        ("payers", "0007_batch"),
    ]

    operations = [
        migrations.AddField(
            model_name="verification",
            name="anew",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="verification",
            name="answered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="verification",
            name="answered_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="insurance.verification",
            ),
        ),
        migrations.AddField(
            model_name="verification",
            name="question_index",
            field=models.BinaryField(max_length=12, null=True),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                condition=models.Q(("state", "answered")), fields=["question_index"], name="verification_same_question"
            ),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                condition=models.Q(("answered_from__isnull", False)),
                fields=["answered_from"],
                name="verification_answered_from",
            ),
        ),
    ]
