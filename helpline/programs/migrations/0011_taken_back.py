from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0010_upload_report"),
    ]

    operations = [
        migrations.AlterField(
            model_name="programchange",
            name="action",
            field=models.CharField(
                choices=[
                    ("imported", "changed by an import"),
                    ("corrected", "corrected"),
                    ("verified", "verified"),
                    ("do_not_refer", "marked “do not refer”"),
                    ("withdrawn", "withdrawn"),
                    ("restored", "restored"),
                    ("openings", "said what is free"),
                    ("hours", "said when intake answers"),
                    ("confirmed", "confirmed by the program itself"),
                    ("proposed", "the program asked for a change"),
                    ("declined", "that change was not made"),
                    ("undone", "an import was undone"),
                    ("joined", "joined with what a later directory says of it"),
                    ("taken_back", "a correction was taken back"),
                ],
                max_length=12,
            ),
        ),
    ]
