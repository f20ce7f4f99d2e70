from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_count_in_the_plan_itself")]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="mode",
            field=models.CharField(
                choices=[("test", "test"), ("live", "live"), ("what_if", "what_if")],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("data_type", models.CharField(max_length=10)),
                ("schools", models.JSONField(null=True)),
                ("summary", models.JSONField(default=dict)),
                (
                    "base",
                    models.OneToOneField(
                        on_delete=models.CASCADE, related_name="+", to="imports.run"
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=models.CASCADE, related_name="what_if", to="imports.run"
                    ),
                ),
            ],
        ),
    ]
