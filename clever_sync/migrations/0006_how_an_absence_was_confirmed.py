
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clever_sync', '0005_what_events_tell'),
    ]

    operations = [
        migrations.AddField(
            model_name='mirrorobject',
            name='gone_by',
            field=models.CharField(max_length=12, null=True),
        ),
        migrations.AddField(
            model_name='pull',
            name='absence_counts',
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name='pullabsence',
            name='how',
            field=models.CharField(blank=True, db_default='', max_length=12),
        ),
    ]
