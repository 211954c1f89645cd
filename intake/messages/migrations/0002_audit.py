from django.db import migrations

from helpline.audit.triggers import track


class Migration(migrations.Migration):
    dependencies = [("caller_messages", "0001_initial"), ("audit", "0002_functions")]
    operations = [*track("messages_message")]
