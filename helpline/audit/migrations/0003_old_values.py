"""What a sealed field held before, still sealed, beside the record of its change.

The record itself names fields and is never touched again; old values live here, where a new key may seal them anew and
a rule of retention or an erasure may take them away.
"""

import django.db.models.functions.datetime
from django.db import migrations, models

import helpline.audit.models

# As in 0002, and the old ciphertexts of what changed or went
KEEPING = """
CREATE OR REPLACE FUNCTION audit_row_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    actor text := coalesce(nullif(current_setting('helpline.actor', true), ''), 'unknown:');
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    row_now jsonb := coalesce(new_row, old_row);
    about uuid := CASE WHEN TG_TABLE_NAME = 'inquiries_inquiry' THEN (row_now ->> 'id')::uuid
                       ELSE nullif(row_now ->> 'inquiry_id', '')::uuid END;
    changed text[] := '{}';
    written bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(key ORDER BY key), '{}') INTO changed
        FROM jsonb_each(new_row) AS after WHERE after.value IS DISTINCT FROM old_row -> after.key;
        IF changed = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    VALUES (
        split_part(actor, ':', 1), split_part(actor, ':', 2),
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
        TG_TABLE_NAME, left(row_now ->> 'id', 36), about, changed, ''
    ) RETURNING id INTO written;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO audit_old_value (record_id, inquiry_id, table_name, row_id, column_name, value)
        SELECT written, about, TG_TABLE_NAME, left(row_now ->> 'id', 36), was.key, was.value
        FROM jsonb_each_text(old_row) AS was
        WHERE was.value ~ '^v1[.][[:alnum:]]+[.]' AND (TG_OP = 'DELETE' OR was.key = ANY (changed));
    END IF;
    RETURN NULL;
END $$;
"""

FORGETTING = """
CREATE OR REPLACE FUNCTION audit_row_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    actor text := coalesce(nullif(current_setting('helpline.actor', true), ''), 'unknown:');
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    row_now jsonb := coalesce(new_row, old_row);
    changed text[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(key ORDER BY key), '{}') INTO changed
        FROM jsonb_each(new_row) AS after WHERE after.value IS DISTINCT FROM old_row -> after.key;
        IF changed = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    VALUES (
        split_part(actor, ':', 1), split_part(actor, ':', 2),
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
        TG_TABLE_NAME, left(row_now ->> 'id', 36),
        CASE WHEN TG_TABLE_NAME = 'inquiries_inquiry' THEN (row_now ->> 'id')::uuid
             ELSE nullif(row_now ->> 'inquiry_id', '')::uuid END,
        changed, ''
    );
    RETURN NULL;
END $$;
"""

# A new key may rewrite the value and nothing else; taking old values away is a change like any other
GUARD = """
REVOKE UPDATE ON audit_old_value FROM helpline_runtime;
GRANT UPDATE (value) ON audit_old_value TO helpline_runtime;
CREATE FUNCTION audit_old_values_removed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    actor text := coalesce(nullif(current_setting('helpline.actor', true), ''), 'unknown:');
BEGIN
    INSERT INTO audit_record (actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason)
    SELECT split_part(actor, ':', 1), split_part(actor, ':', 2), 'removed', 'audit_old_value', row_id, inquiry_id,
           array_agg(DISTINCT column_name ORDER BY column_name), ''
    FROM gone GROUP BY table_name, row_id, inquiry_id;
    RETURN NULL;
END $$;
CREATE TRIGGER audited AFTER DELETE ON audit_old_value REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_old_values_removed();
"""

UNGUARD = """
DROP TRIGGER audited ON audit_old_value;
DROP FUNCTION audit_old_values_removed();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_functions")]
    operations = [
        migrations.CreateModel(
            name="OldValue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("record_id", models.BigIntegerField()),
                ("inquiry_id", models.UUIDField(null=True)),
                ("table_name", models.CharField(max_length=60)),
                ("row_id", models.CharField(max_length=36)),
                ("column_name", models.CharField(max_length=60)),
                ("value", helpline.audit.models.OldValueField()),
            ],
            options={
                "db_table": "audit_old_value",
                "indexes": [
                    models.Index(fields=["table_name", "row_id"], name="audit_old_value_row"),
                    models.Index(
                        condition=models.Q(("inquiry_id__isnull", False)),
                        fields=["inquiry_id"],
                        name="audit_old_value_inquiry",
                    ),
                    models.Index(fields=["record_id"], name="audit_old_value_record"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(KEEPING, FORGETTING),
    ]
