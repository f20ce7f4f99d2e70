"""The table of Django's database cache, in which all processes count failed log-ins (F83)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_who_invited_whom")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE accounts_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX accounts_cache_expires ON accounts_cache (expires);
            """,
            "DROP TABLE accounts_cache",
        )
    ]
