"""A program that told us of care which its listing does not name is found by the index, too (``Program.told_more``)."""

from django.db import migrations

TOLD = """
CREATE FUNCTION matching_told_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.programs_program SET told_more = true WHERE id = NEW.program_id AND NOT told_more;
    RETURN NULL;
END $$;
CREATE TRIGGER told_more AFTER INSERT ON matching_told FOR EACH ROW
    WHEN (NEW.says AND NEW.fact ~ '^(care|withdrawal_24h|withdrawal_outpatient):')
    EXECUTE FUNCTION matching_told_more();
"""
SO_FAR = """
UPDATE programs_program SET told_more = true WHERE id IN (
    SELECT program_id FROM matching_told WHERE says AND fact ~ '^(care|withdrawal_24h|withdrawal_outpatient):')
"""
GONE = "DROP TRIGGER told_more ON matching_told; DROP FUNCTION matching_told_more();"


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_told"), ("programs", "0006_may_give_and_hours")]
    operations = [migrations.RunSQL(TOLD, GONE), migrations.RunSQL(SO_FAR, migrations.RunSQL.noop)]
