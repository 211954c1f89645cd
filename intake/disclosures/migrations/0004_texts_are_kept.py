"""A text that was loaded is never changed or removed, only signed off once; a consent names a text that was loaded."""

from django.db import migrations

from helpline.audit.triggers import track
from intake.disclosures.legal_texts import load_texts

KEPT = """
CREATE FUNCTION disclosures_text_is_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    sign_off text[] := '{signed_off_by,signed_off_role,signed_off_at}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sha256 <> encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') THEN
            RAISE EXCEPTION 'The fingerprint is of another text' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.signed_off_at IS NULL
            AND to_jsonb(NEW) - sign_off IS NOT DISTINCT FROM to_jsonb(OLD) - sign_off THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A legal text is only ever added, and signed off once: % refused', TG_OP USING ERRCODE = '42501';
END $$;
CREATE TRIGGER kept BEFORE INSERT OR UPDATE OR DELETE ON disclosures_legal_text
    FOR EACH ROW EXECUTE FUNCTION disclosures_text_is_kept();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disclosures_legal_text
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE FUNCTION disclosures_consent_names_a_text() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM disclosures_legal_text
                   WHERE kind = 'consent_' || NEW.purpose AND sha256 = NEW.wording_sha256) THEN
        RAISE EXCEPTION 'A consent rests on a text that was loaded' USING ERRCODE = '23503';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER names_a_text BEFORE INSERT ON disclosures_consent
    FOR EACH ROW EXECUTE FUNCTION disclosures_consent_names_a_text();
"""
GONE = """
DROP TRIGGER names_a_text ON disclosures_consent;
DROP FUNCTION disclosures_consent_names_a_text();
DROP TRIGGER never_emptied ON disclosures_legal_text;
DROP TRIGGER kept ON disclosures_legal_text;
DROP FUNCTION disclosures_text_is_kept();
"""


def load(apps, schema_editor):
    load_texts(apps.get_model("disclosures", "LegalText"))


class Migration(migrations.Migration):
    dependencies = [("disclosures", "0003_legal_texts"), ("audit", "0002_functions")]
    operations = [
        *track("disclosures_legal_text"),
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunSQL(KEPT, GONE),
    ]
