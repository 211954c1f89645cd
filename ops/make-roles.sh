#!/bin/sh
# Run once by the postgres image on an empty volume: the roles of docs/architecture.md, as helpline/embedded.py makes them.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
     -v owner_password="$HELPLINE_OWNER_PASSWORD" -v app_password="$HELPLINE_APP_PASSWORD" \
     -v sealer_password="$HELPLINE_SEALER_PASSWORD" <<'SQL'
CREATE ROLE helpline_runtime NOLOGIN;
CREATE ROLE helpline_sealing NOLOGIN;
CREATE ROLE helpline_by_link NOLOGIN;
CREATE ROLE helpline_listings NOLOGIN;
CREATE ROLE helpline_owner LOGIN NOSUPERUSER PASSWORD :'owner_password';
CREATE ROLE helpline_app LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE helpline_sealer LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD :'sealer_password';
GRANT helpline_runtime TO helpline_app;
GRANT helpline_by_link, helpline_listings TO helpline_app WITH INHERIT FALSE, SET TRUE;
GRANT helpline_sealing TO helpline_sealer;
CREATE DATABASE helpline OWNER helpline_owner;
SQL
