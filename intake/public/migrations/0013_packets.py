"""Where packets go: admins keep it, a program's link reads its own, and every change is audited."""

from django.db import migrations

from helpline.audit.triggers import track
from helpline.vault.wall import IDS, LISTINGS, rights, rows


class Migration(migrations.Migration):
    dependencies = [("public", "0012_upload_pieces"), ("programs", "0013_packets"), ("audit", "0002_functions")]
    operations = [
        rows("programs_packet_address", f"program_id = {IDS}", "SELECT"),
        rights(LISTINGS, "SELECT, INSERT, UPDATE, DELETE", "programs_packet_address"),
        migrations.RunSQL(
            f"CREATE POLICY kept ON programs_packet_address TO {LISTINGS} USING (true) WITH CHECK (true)",
            "DROP POLICY kept ON programs_packet_address",
        ),
        *track("programs_packet_address"),
    ]
