"""The second wall (docs/decisions/0018-second-wall.md): which rows and tables a request without a seat may touch."""

from django.db import migrations

from helpline.vault.wall import BY_LINK, HOUSE, IDS, KEYS, LISTINGS, rights, rows

ROLES = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'helpline_by_link')
       AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'helpline_listings') THEN
        RETURN;
    END IF;
    CREATE ROLE helpline_by_link NOLOGIN;
    CREATE ROLE helpline_listings NOLOGIN;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'The roles of the second wall are missing, and % may not make them. Run as a superuser: '
        'CREATE ROLE helpline_by_link NOLOGIN; CREATE ROLE helpline_listings NOLOGIN; '
        'GRANT helpline_by_link, helpline_listings TO helpline_app WITH INHERIT FALSE, SET TRUE; '
        'and migrate again.', current_user;
END $$;
GRANT USAGE ON SCHEMA public TO helpline_by_link, helpline_listings;
"""
NO_ROLES = "REVOKE USAGE ON SCHEMA public FROM helpline_by_link, helpline_listings"

OF_AN_INQUIRY = f"inquiry_id = {IDS}"
PEOPLE = [
    rows(
        "inquiries_draft",
        f"id = {IDS} OR resume_index = {KEYS}",
        "SELECT, INSERT, UPDATE, DELETE",
    ),
    rows(
        "inquiries_inquiry",
        f"id = {IDS} OR idempotency_key = {IDS} OR reference_index = {KEYS}",
        "SELECT, INSERT, UPDATE",
    ),
    # The inner table shows only what is in reach, too. A new person comes before the inquiry that names them
    rows(
        "inquiries_person",
        "id IN (SELECT person_id FROM inquiries_inquiry)",
        "SELECT, INSERT, UPDATE",
        adding="true",
    ),
    rows("inquiries_caller", "id IN (SELECT caller_id FROM inquiries_inquiry)", "SELECT, INSERT", adding="true"),
    rows("inquiries_contact_point", OF_AN_INQUIRY, "SELECT, INSERT"),
    rows("inquiries_event", OF_AN_INQUIRY, "SELECT, INSERT"),
    rows("insurance_policy", OF_AN_INQUIRY, "SELECT, INSERT, UPDATE"),
    rows(
        "insurance_card_photo",
        f"{OF_AN_INQUIRY} OR draft_id = {IDS}",
        "SELECT, INSERT, UPDATE, DELETE",
    ),
    rows("insurance_verification", "policy_id IN (SELECT id FROM insurance_policy)", "SELECT, INSERT, UPDATE"),
    rows("disclosures_consent", OF_AN_INQUIRY, "SELECT, INSERT, UPDATE"),
    rows("disclosures_restriction", OF_AN_INQUIRY, "SELECT"),
    rows(
        "disclosures_consent_code",
        f"{OF_AN_INQUIRY} OR code_index = {KEYS}",
        "SELECT, UPDATE",
    ),
    rows(
        "vault_signed_link",
        f"subject = {IDS} OR secret_hash = {KEYS}",
        "SELECT, INSERT, UPDATE",
    ),
]

RECORDED = (
    "INSERT (at, actor_kind, actor_id, action, subject_kind, subject_id, inquiry_id, fields, reason), SELECT (id, at)"
)
ALL = "SELECT, INSERT, UPDATE, DELETE"
SIGNING_IN = (
    "accounts_user", "account_emailaddress", "mfa_authenticator", "usersessions_usersession",
    "django_session", "cache_entry", "axes_accessattempt", "axes_accessattemptexpiration", "axes_accessfailurelog",
    "axes_accesslog",
)  # fmt: skip
PUBLISHED = (
    "programs_program", "programs_place", "programs_edition", "programs_service_code", "payers_payer", "payers_alias",
    "disclosures_legal_text", "guides_substance", "guides_substanceterm",
)  # fmt: skip
PLAIN = [
    right
    for role in (BY_LINK, LISTINGS)
    for right in (
        rights(role, RECORDED, "audit_record"),
        rights(role, "INSERT", "audit_old_value"),
        rights(role, ALL, *SIGNING_IN),
        rights(role, "SELECT", *PUBLISHED),
    )
]
# Tries at codes, each with a keyed index of where it came from
TRIES = rights(BY_LINK, "SELECT, INSERT, DELETE", "disclosures_code_try")
# Whether a payer has a road, and nothing of how it is asked
ROAD = rights(BY_LINK, "SELECT (payer_id, enabled)", "payers_road")
LISTING = [
    # What they were typing when their session ended; it may be what an official asked
    rights(LISTINGS, ALL, "accounts_kept_form"),
    rights(LISTINGS, "INSERT, UPDATE", "programs_program", "programs_place"),
    rights(LISTINGS, "SELECT, INSERT", "programs_program_change", "programs_import_run"),
]
# Whoever works here may be asked by the police, and writes it down for the privacy officer
ASKED = [
    migrations.RunSQL(
        "ALTER TABLE disclosures_official_request ENABLE ROW LEVEL SECURITY; "
        f"CREATE POLICY house ON disclosures_official_request TO {HOUSE} USING (true) WITH CHECK (true); "
        f"CREATE POLICY taken_down ON disclosures_official_request TO {LISTINGS} "
        f"USING (taken_by_id = {IDS}) WITH CHECK (taken_by_id = {IDS})",
        "DROP POLICY taken_down ON disclosures_official_request; DROP POLICY house ON disclosures_official_request; "
        "ALTER TABLE disclosures_official_request DISABLE ROW LEVEL SECURITY",
    ),
    rights(LISTINGS, "INSERT, SELECT (taken_by_id, taken_at)", "disclosures_official_request"),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0003_kept_form"),
        ("audit", "0005_resealing"),
        ("axes", "0010_accessattemptexpiration"),
        ("disclosures", "0009_resealing"),
        ("inquiries", "0005_name_tokens"),
        ("insurance", "0004_card_photo"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("payers", "0002_audit"),
        ("programs", "0002_audit"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
        ("vault", "0003_cache"),
    ]
    operations = [migrations.RunSQL(ROLES, NO_ROLES), *PEOPLE, *PLAIN, TRIES, ROAD, *LISTING, *ASKED]
