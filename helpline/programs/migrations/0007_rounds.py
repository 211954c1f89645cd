import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0006_may_give_and_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "program",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="turn",
                        serialize=False,
                        to="programs.program",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("calling", "is being called"), ("later", "is called again later")], max_length=10
                    ),
                ),
                ("until", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "programs_turn",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["calling", "later"])), name="turn_state_is_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("shown", models.PositiveIntegerField(default=0)),
                ("asked", models.PositiveIntegerField(default=0)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="programs.program"
                    ),
                ),
            ],
            options={
                "db_table": "programs_use",
                "constraints": [models.UniqueConstraint(fields=("day", "program"), name="uses_once_a_day")],
            },
        ),
    ]
