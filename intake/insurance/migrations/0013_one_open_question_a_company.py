"""Their plan and another company it pointed to may be asked at the same time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insurance", "0012_calls_in_reach")]
    operations = [
        migrations.RemoveConstraint(model_name="verification", name="one_open_verification_a_policy"),
        migrations.AddConstraint(
            model_name="verification",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            frozenset(
                                {
                                    "answered",
                                    "by_phone",
                                    "configuration",
                                    "quarantined",
                                    "rejected",
                                    "unknown",
                                    "withdrawn",
                                }
                            ),
                        ),
                        _negated=True,
                    ),
                    ("payer_said__isnull", True),
                ),
                fields=("policy",),
                name="one_open_verification_a_policy",
            ),
        ),
    ]
