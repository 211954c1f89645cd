"""Changing the key of a sealed value is no change of what it says: it leaves one row a table, not one a person.

Only the owner of the tables can reseal, and only in a transaction that says so; the owner could take the triggers away
altogether, so nobody gains anything by it. The run-time role, which web and worker have, can do neither.
"""

from django.db import migrations

RESEALING = """
CREATE FUNCTION audit_is_resealing() RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(current_setting('helpline.resealing', true), '') = 'on'
        AND current_user = (
            SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'audit_record'
        );
END $$;

CREATE FUNCTION audit_refuse_all_but_resealing() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    sealed text[] := TG_ARGV;
    was text;
    becomes text;
    form constant text := '^v1[.]([A-Za-z0-9]+)[.]([A-Za-z0-9_=-]+)$';
BEGIN
    IF NOT audit_is_resealing() OR (before - sealed) IS DISTINCT FROM (after - sealed) THEN
        RAISE EXCEPTION 'Rows of % are only ever added: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
    END IF;
    FOR was, becomes IN SELECT before ->> name, after ->> name FROM unnest(sealed) AS name LOOP
        -- Sealed anew it has another key, and the same length, since AES-GCM keeps the length of what it seals
        IF was IS DISTINCT FROM becomes AND (
            was IS NULL OR becomes IS NULL OR was !~ form OR becomes !~ form
            OR (regexp_match(was, form))[1] = (regexp_match(becomes, form))[1]
            OR length((regexp_match(was, form))[2]) <> length((regexp_match(becomes, form))[2])
        ) THEN
            RAISE EXCEPTION 'Rows of % are only ever added: this is no resealing', TG_TABLE_NAME
                USING ERRCODE = '42501';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""

RESEALING_GONE = "DROP FUNCTION audit_refuse_all_but_resealing(); DROP FUNCTION audit_is_resealing();"

# One line more at the beginning of the function behind the triggers, whatever else it does by now
LINE = r"E'\n    IF audit_is_resealing() THEN RETURN NULL; END IF;\n'"

SPARED = rf"""
DO $$
DECLARE
    before text := pg_get_functiondef('audit_row_change()'::regprocedure);
    after text := regexp_replace(before, E'\nBEGIN\n', E'\nBEGIN' || {LINE});
BEGIN
    ASSERT before <> after, 'audit_row_change() has no place for the line that spares resealing';
    EXECUTE after;
END $$;
"""

SPARED_NO_MORE = rf"""
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('audit_row_change()'::regprocedure), {LINE}, E'\n');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_seal")]
    operations = [
        migrations.RunSQL(RESEALING, RESEALING_GONE),
        migrations.RunSQL(SPARED, SPARED_NO_MORE),
    ]
