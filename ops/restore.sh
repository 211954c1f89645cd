#!/bin/sh
# Restores a dump, read from standard input, into a new database, and puts that in the place of the old one, which stays
# under another name until somebody drops it. Stop web, live, worker, beat and sealer first. Afterwards the sealer goes on
# only when it is told that history was lost: "manage.py seal_audit --after-restore REASON".
#
# Never "pg_restore --clean" over a database that is there: its default privileges would give the run-time role the right
# to change the audit log and the ledger back, because a dump names only what was granted, not what was taken away.
set -eu
database=${1:-helpline}
new=${database}_restored
old=${database}_before_$(date -u +%Y%m%d%H%M%S)
super() { psql -X -q -v ON_ERROR_STOP=1 -U postgres "$@"; }

super -d postgres -c "CREATE DATABASE \"$new\" OWNER helpline_owner"
refuse() {
  echo "Not restored: $1 The database in use was not touched." >&2
  super -d postgres -c "DROP DATABASE \"$new\""
  exit 1
}
pg_restore -U helpline_owner -d "$new" --exit-on-error || refuse "the dump could not be read to its end."
loose=$(super -d "$new" -At -c "
  SELECT string_agg(name, ', ') FROM (VALUES
    ('audit_record', 'UPDATE, DELETE, TRUNCATE'), ('audit_seal', 'INSERT, UPDATE, DELETE, TRUNCATE'),
    ('disclosures_ledger', 'UPDATE, DELETE, TRUNCATE')) AS held (name, rights)
  WHERE coalesce(has_table_privilege('helpline_runtime', to_regclass(name), rights), true)") \
  || refuse "the rights of the run-time role could not be read."
[ -z "$loose" ] || refuse "$loose: missing, or the run-time role could change it."
super -d postgres -c "ALTER DATABASE \"$database\" RENAME TO \"$old\"" \
  || refuse "somebody is still connected: stop web, live, worker, beat and sealer."
super -d postgres -c "ALTER DATABASE \"$new\" RENAME TO \"$database\""
echo "Restored. What was there before is kept as $old."
