"""The cache lives in the database, so that neither signing in nor rate limits depend on Redis."""

from django.db import migrations

CACHE = """
CREATE UNLOGGED TABLE cache_entry (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX cache_entry_expires ON cache_entry (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_initial")]
    operations = [migrations.RunSQL(CACHE, "DROP TABLE cache_entry")]
