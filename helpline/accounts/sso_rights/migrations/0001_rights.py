from django.db import migrations

from helpline.vault.wall import BY_LINK, LISTINGS, rights

TABLES = ("socialaccount_socialaccount", "socialaccount_socialapp", "socialaccount_socialtoken")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("public", "0001_second_wall"), ("socialaccount", "0006_alter_socialaccount_extra_data")]
    operations = [rights(role, "SELECT, INSERT, UPDATE, DELETE", *TABLES) for role in (BY_LINK, LISTINGS)]
