"""What people change in a listing is under audit; what an import changes is in the import's own record.

An import names itself in ``last_import`` of every row it writes, so a change that leaves that alone is a
person's. Twelve thousand audit rows for one decision would bury the others.
"""

from django.db import migrations

from helpline.audit.triggers import append_only

TRIGGERS = """
CREATE TRIGGER audited_added AFTER INSERT ON programs_program
    FOR EACH ROW WHEN (NEW.last_import_id IS NULL) EXECUTE FUNCTION audit_row_change();
CREATE TRIGGER audited_changed AFTER UPDATE ON programs_program
    FOR EACH ROW WHEN (OLD.last_import_id IS NOT DISTINCT FROM NEW.last_import_id)
    EXECUTE FUNCTION audit_row_change();
CREATE TRIGGER audited_removed AFTER DELETE ON programs_program
    FOR EACH ROW EXECUTE FUNCTION audit_row_change();
"""

GONE = """
DROP TRIGGER audited_removed ON programs_program;
DROP TRIGGER audited_changed ON programs_program;
DROP TRIGGER audited_added ON programs_program;
"""


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial"), ("audit", "0002_functions")]
    operations = [
        migrations.RunSQL(TRIGGERS, GONE),
        *append_only("programs_program_change"),
        *append_only("programs_import_run"),
    ]
