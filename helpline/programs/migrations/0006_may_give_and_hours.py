"""What a listing may give, in the index of places: its codes, and 0 where they are not the last word (``Program``).

And when intake answers.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import F

import helpline.vault.ids

KEPT = """
CREATE FUNCTION programs_keep_may_give() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.codes IS NOT DISTINCT FROM OLD.codes AND NEW.told_more = OLD.told_more THEN
        NEW.may_give := OLD.may_give;
    ELSIF NEW.told_more OR NOT EXISTS (
        SELECT FROM public.programs_service_code WHERE id = ANY (NEW.codes) AND category_code = 'SET'
    ) THEN
        NEW.may_give := NEW.codes || 0;
    ELSE
        NEW.may_give := NEW.codes;
    END IF;
    RETURN NEW;
END $$;
"""
# Nobody changed a listing: no audit rows. Before the trigger, which leaves alone what did not change
FILLED = """
ALTER TABLE programs_program DISABLE TRIGGER audited_changed;
UPDATE programs_program SET may_give = CASE WHEN EXISTS (
        SELECT FROM programs_service_code WHERE id = ANY (codes) AND category_code = 'SET'
    ) THEN codes ELSE codes || 0 END;
ALTER TABLE programs_program ENABLE TRIGGER audited_changed;
CREATE TRIGGER may_give_is_kept BEFORE INSERT OR UPDATE OF codes, told_more, may_give ON programs_program
    FOR EACH ROW EXECUTE FUNCTION programs_keep_may_give();
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0005_same_place"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="program",
            name="may_give",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="told_more",
            field=models.BooleanField(db_default=False, editable=False),
        ),
        migrations.RunSQL(KEPT, "DROP FUNCTION programs_keep_may_give()"),
        migrations.RunSQL(FILLED, "DROP TRIGGER may_give_is_kept ON programs_program"),
        migrations.RemoveIndex(model_name="program", name="program_place_and_codes"),
        migrations.AddIndex(
            model_name="program",
            index=django.contrib.postgres.indexes.GistIndex(
                F("position"), OpClass(F("may_give"), name="gist__intbig_ops"), name="program_place_and_care"
            ),
        ),
        migrations.AlterField(
            model_name="programchange",
            name="action",
            field=models.CharField(
                choices=[
                    ("imported", "changed by an import"),
                    ("corrected", "corrected"),
                    ("verified", "verified"),
                    ("do_not_refer", "marked “do not refer”"),
                    ("withdrawn", "withdrawn"),
                    ("restored", "restored"),
                    ("openings", "said what is free"),
                    ("hours", "said when intake answers"),
                    ("confirmed", "confirmed by the program itself"),
                    ("proposed", "the program asked for a change"),
                    ("declined", "that change was not made"),
                    ("undone", "an import was undone"),
                    ("joined", "joined with what a later directory says of it"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="IntakeHours",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=helpline.vault.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens", models.TimeField(null=True)),
                ("closes", models.TimeField(null=True)),
                ("zone", models.CharField(max_length=40)),
                ("told_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="intake_hours", to="programs.program"
                    ),
                ),
                (
                    "told_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "programs_intake_hours",
                "constraints": [
                    models.UniqueConstraint(fields=("program", "weekday"), name="intake_hours_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="intake_hours_of_a_weekday"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes", None), ("opens", None)),
                            models.Q(("closes__isnull", False), ("opens__isnull", False)),
                            _connector="OR",
                        ),
                        name="intake_hours_from_and_to",
                    ),
                ],
            },
        ),
    ]
