
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0007_people_who_left'),
    ]

    operations = [
        migrations.CreateModel(
            name='Protection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('protected_by', models.CharField(max_length=254)),
                ('protected_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name='fieldlock',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='fieldlock',
            name='kept_from',
            field=models.JSONField(null=True),
        ),
        migrations.AddIndex(
            model_name='fieldlock',
            index=models.Index(fields=['district', 'locked_at', 'id'], name='field_lock_by_age'),
        ),
        migrations.AddIndex(
            model_name='fieldlock',
            index=models.Index(fields=['district', 'until', 'id'], name='field_lock_by_end'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(models.F('district'), django.db.models.functions.comparison.Collate(django.db.models.functions.text.Lower('last_name'), 'C'), django.db.models.functions.comparison.Collate(django.db.models.functions.text.Lower('first_name'), 'C'), models.F('id'), condition=models.Q(('archived_at__isnull', True), ('protected', True)), name='person_protected'),
        ),
        migrations.AddField(
            model_name='protection',
            name='district',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.district'),
        ),
        migrations.AddField(
            model_name='protection',
            name='person',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='protection', to='schools.person'),
        ),
        migrations.AddIndex(
            model_name='protection',
            index=models.Index(fields=['district', 'protected_at', 'id'], name='protection_by_age'),
        ),
    ]
