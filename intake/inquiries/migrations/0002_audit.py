from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0001_initial"), ("audit", "0002_functions")]
    operations = [
        *track(
            "inquiries_inquiry",
            "inquiries_person",
            "inquiries_caller",
            "inquiries_contact_point",
            "inquiries_note",
        ),
    ]
