"""Each payer's gate: how much may go there at once and a minute, and whether its road rests."""

import django.db.models.deletion
from django.db import migrations, models

FINAL = ["answered", "by_phone", "configuration", "quarantined", "rejected", "unknown", "withdrawn"]
OPEN = ("waiting", "retry_at", "sending")
ONE_EACH = """
UPDATE insurance_verification SET payer_id = policy.payer_id
    FROM insurance_policy policy WHERE policy.id = policy_id AND policy.payer_id IS NOT NULL
      AND insurance_verification.payer_said IS NULL;
UPDATE insurance_verification
    SET state = 'by_phone', why = 'the insurer is not known', lease_until = NULL, finished_at = now()
    WHERE state IN ('waiting', 'retry_at', 'sending') AND payer_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("insurance", "0013_one_open_question_a_company"), ("payers", "0002_audit")]

    operations = [
        migrations.CreateModel(
            name="Gate",
            fields=[
                (
                    "payer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="payers.payer",
                    ),
                ),
                ("most_in_flight", models.PositiveSmallIntegerField(db_default=16, default=16)),
                ("per_minute", models.PositiveIntegerField(db_default=600, null=True)),
                ("rests_after", models.PositiveSmallIntegerField(db_default=5, default=5)),
                ("rests_seconds", models.PositiveSmallIntegerField(db_default=60, default=60)),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("rests_until", models.DateTimeField(null=True)),
                ("left_over", models.FloatField(db_default=0, default=0)),
                ("left_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "insurance_gate",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_in_flight__gte", 2),
                            models.Q(("per_minute", None), ("per_minute__gte", 4), _connector="OR"),
                        ),
                        name="a_gate_has_room_for_who_is_on_the_line",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rests_after__gte", 1)), name="a_road_rests_after_a_failure"
                    ),
                ],
            },
        ),
        migrations.RemoveIndex(model_name="verification", name="verification_due"),
        migrations.AlterField(
            model_name="verification",
            name="payer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payers.payer",
            ),
        ),
        migrations.RunSQL(ONE_EACH, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                condition=models.Q(("state__in", OPEN)),
                fields=["payer", "priority", "next_at"],
                name="verification_due",
            ),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["payer", "lease_until"],
                name="verification_sending",
            ),
        ),
        migrations.AddConstraint(
            model_name="verification",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", frozenset(FINAL)), ("payer__isnull", False), _connector="OR"),
                name="an_open_question_is_to_somebody",
            ),
        ),
    ]
