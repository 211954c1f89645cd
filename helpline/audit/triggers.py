"""Migration operations that put a table under audit, or make it append-only."""

from django.db import migrations

RUNTIME = "helpline_runtime"


def track(*tables: str) -> list[migrations.RunSQL]:
    """Every row added to, changed in or removed from ``tables`` leaves an audit row in the same transaction."""
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION audit_row_change()",
            f"DROP TRIGGER audited ON {table}",
        )
        for table in tables
    ]


def append_only(table: str) -> list[migrations.RunSQL]:
    """Rows of ``table`` can be added and read; changing, removing or truncating them is refused to every role."""
    return [
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {RUNTIME}; "
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()",
            f"DROP TRIGGER append_only ON {table}; GRANT UPDATE, DELETE ON {table} TO {RUNTIME}",
        )
    ]


def resealable(table: str, *sealed: str) -> list[migrations.RunSQL]:
    """The columns ``sealed`` of an append-only table may be sealed under another key, by its owner in a rotation.

    Every other change stays refused to every role, a change of these columns that is no resealing among them.
    """
    columns = ", ".join(f"'{column}'" for column in sealed)
    return [
        migrations.RunSQL(
            f"DROP TRIGGER append_only ON {table}; "
            f"CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change(); "
            f"CREATE TRIGGER append_only_or_resealed BEFORE UPDATE ON {table} "
            "FOR EACH STATEMENT WHEN (NOT audit_is_resealing()) EXECUTE FUNCTION audit_refuse_change(); "
            f"CREATE TRIGGER nothing_but_resealed BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION audit_refuse_all_but_resealing({columns})",
            f"DROP TRIGGER nothing_but_resealed ON {table}; DROP TRIGGER append_only_or_resealed ON {table}; "
            f"DROP TRIGGER append_only ON {table}; "
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()",
        )
    ]
