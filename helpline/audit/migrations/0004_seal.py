"""The chain over the record: who may write it, and how the sealer finds what is new without looking at everything."""

from django.db import migrations, models

from helpline.audit.triggers import append_only

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'helpline_sealing') THEN
        CREATE ROLE helpline_sealing NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The role that seals the audit record is missing, and % may not make it. Run as a superuser: '
        'CREATE ROLE helpline_sealing NOLOGIN; '
        'CREATE ROLE helpline_sealer LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD ''...''; '
        'GRANT helpline_sealing TO helpline_sealer; '
        'then put DATABASE_SEALER_URL into the environment (see .env.example) and migrate again.', current_user;
END $$;
"""

# The transaction of each row, by which "committed since I last looked" is one look into an index
XID = """
ALTER TABLE audit_record ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX audit_record_xid ON audit_record (xid);
"""

NO_XID = "ALTER TABLE audit_record DROP COLUMN xid"

# Whoever adds a row chooses neither its number nor its transaction; whoever seals it can do nothing else
RIGHTS = """
REVOKE INSERT ON audit_record, audit_seal FROM helpline_runtime;
GRANT INSERT (at, actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    ON audit_record TO helpline_runtime;
GRANT USAGE ON SCHEMA public TO helpline_sealing;
GRANT SELECT ON audit_record TO helpline_sealing;
GRANT SELECT, INSERT ON audit_seal TO helpline_sealing;
"""

RIGHTS_BACK = """
REVOKE ALL ON audit_record, audit_seal FROM helpline_sealing;
REVOKE USAGE ON SCHEMA public FROM helpline_sealing;
REVOKE INSERT (at, actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    ON audit_record FROM helpline_runtime;
GRANT INSERT ON audit_record, audit_seal TO helpline_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_old_values")]
    operations = [
        migrations.RunSQL(ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(XID, NO_XID),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("record_id", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "db_table": "audit_seal",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("position__gt", 0)), name="audit_seal_from_one"),
                ],
            },
        ),
        *append_only("audit_seal"),
        migrations.RunSQL(RIGHTS, RIGHTS_BACK),
    ]
