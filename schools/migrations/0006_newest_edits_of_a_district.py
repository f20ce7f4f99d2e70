"""Edits of a district are listed newest first, so the index by district has their order too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schools", "0005_roster_sources_before_clever")]

    operations = [
        migrations.AddIndex(
            model_name="localedit",
            index=models.Index(fields=["district", "id"], name="local_edit_newest"),
        ),
        migrations.AlterField(
            model_name="localedit",
            name="district",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="schools.district",
            ),
        ),
    ]
