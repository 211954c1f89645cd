"""What a listing may give, in the index of places: its codes, and 0 where they are not the last word (``Program``)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import F

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
    dependencies = [("programs", "0005_same_place")]

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
    ]
