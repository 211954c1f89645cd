"""The run-time group role gets its rights before there is anything to have rights to."""

from django.db import migrations

GRANT = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'helpline_runtime') THEN
        CREATE ROLE helpline_runtime NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO helpline_runtime;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO helpline_runtime;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO helpline_runtime;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO helpline_runtime;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO helpline_runtime;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM helpline_runtime;
"""

TAKE_BACK = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM helpline_runtime;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM helpline_runtime;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(GRANT, TAKE_BACK)]
