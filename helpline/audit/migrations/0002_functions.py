"""The functions behind ``track`` and ``append_only``, and the audit table's own protection."""

from django.db import migrations

from helpline.audit.triggers import append_only

FUNCTIONS = """
CREATE FUNCTION audit_row_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
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

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are only ever added: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END $$;
"""

GONE = "DROP FUNCTION audit_refuse_change(); DROP FUNCTION audit_row_change();"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("vault", "0001_roles")]
    operations = [migrations.RunSQL(FUNCTIONS, GONE), *append_only("audit_record")]
