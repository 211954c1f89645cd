"""A refusal of today answers the same question too: the index of what a plan said holds both."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insurance", "0016_changed_cover")]

    operations = [
        migrations.RemoveIndex(model_name="verification", name="verification_same_question"),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                fields=["question_index"],
                condition=models.Q(state__in=("answered", "rejected")),
                name="verification_same_question",
            ),
        ),
    ]
