"""Django with nothing but the peers' two tables, so that nobody carries our apps along."""

import os

import django
import environ
from django.conf import settings


def set_up() -> None:
    """Configures Django for the database of DATABASE_URL."""
    settings.configure(
        DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=["benchmarks.peers"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
