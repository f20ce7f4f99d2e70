"""Settings: the only room that reads the environment (interfaces.md)."""

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(FileAwareMapping):  # type: ignore[misc]
    """The environment, where NAME_FILE may stand for NAME: a file that holds the value."""

    def __getitem__(self, name: str) -> str:
        try:
            return str(super().__getitem__(name)).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as wrong:
            raise ImproperlyConfigured(
                f"{name}_FILE names a file that cannot be read ({type(wrong).__name__})."
            ) from None


env = environ.FileAwareEnv()
env.ENVIRON = Environment()

DEBUG = env.bool("DEBUG", default=False)
if (BASE_DIR / ".env").exists() and DEBUG:
    env.read_env(BASE_DIR / ".env")


def needed(name: str, purpose: str) -> str:
    """The value of an environment variable that the console cannot run without.

    Raises ImproperlyConfigured with one sentence that says which is missing and what it is for.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {purpose}. Set {name} or {name}_FILE.")
    return value


def read(name: str, what: str, parse: Callable[..., Any], **more: Any) -> Any:
    """What `parse` makes of a variable. Raises ImproperlyConfigured, and does not repeat the value:

    it may hold a password.
    """
    try:
        with warnings.catch_warnings(action="error"):
            return parse(name, **more)
    except (UserWarning, ValueError, ImproperlyConfigured) as wrong:
        if isinstance(wrong, ImproperlyConfigured) and f"{name}_FILE" in str(wrong):
            raise
        raise ImproperlyConfigured(f"{name} is not understood: it has to be {what}.") from None


SECRET_KEY = needed("SECRET_KEY", "it signs sessions and links")
# Old keys: what they have signed stays good until they are taken away (docs/operator.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CONSOLE_URL = env.str("CONSOLE_URL", default="http://localhost:8000").rstrip("/")
if not CONSOLE_URL.startswith(("http://", "https://")) or not urlsplit(CONSOLE_URL).hostname:
    raise ImproperlyConfigured(
        "CONSOLE_URL is not understood: it has to be an address like https://console.example.org."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [
    *("localhost", "127.0.0.1", str(urlsplit(CONSOLE_URL).hostname))
]
CSRF_TRUSTED_ORIGINS = [CONSOLE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_filters",
    "csp",
    "lucide",
    "integration_console.apps.IntegrationConsoleConfig",
    "core",
    "schools",
    "accounts",
    "clever_sync",
    "mappings",
    "imports",
    "notifications",
]

MIDDLEWARE = [
    "integration_console.health.answering.health",
    "integration_console.request_log.request_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "integration_console.private_pages.private_pages",
    "integration_console.api.apart.apart",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "integration_console.second_factor.second_factor",
    "integration_console.typed.KeepTyped",
]

ROOT_URLCONF = "integration_console.urls"
WSGI_APPLICATION = "integration_console.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.contrib.humanize.templatetags.humanize"],
        },
    }
]

needed("DATABASE_URL", "the console keeps everything in PostgreSQL 15 or newer")
DATABASES = {
    "default": read("DATABASE_URL", "like postgres://user:password@host:5432/name", env.db_url)
}
if "postgresql" not in DATABASES["default"]["ENGINE"]:
    raise ImproperlyConfigured("DATABASE_URL has to name a PostgreSQL: postgres://...")
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A worker that is frozen, or whose machine is gone, must not keep its locks for longer than its
# lease of a run, or nobody could go on with the run (F10).
IDLE_IN_TRANSACTION = "-c idle_in_transaction_session_timeout=90s"
DATABASE_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
# A database that is away is known to be away soon, for pages and for /readyz.
DATABASE_OPTIONS.setdefault("connect_timeout", 10)
DATABASE_OPTIONS["options"] = f"{IDLE_IN_TRANSACTION} {DATABASE_OPTIONS.get('options', '')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes without Redis; it counts failed log-ins. The table comes by a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "notifications.account_mail.AccountMail"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
# Five minutes at most, as the sentences in accounts/adapter.py and templates/429.html say.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/5m/ip,5/5m/key",
    "reset_password": "20/5m/ip,5/5m/key",
    "ask_clever": "10/m/user",
    # Whoever comes back from Clever, whatever becomes of it; what is refused counts above, too.
    "from_clever": "60/5m/ip",
    "ask_clever_for_samples": "30/m/user",
    "token_failed": "30/5m/ip",
}
# Of each token of the API, in each minute of the clock (C28).
API_CALLS_PER_MINUTE = 600
TRUSTED_PROXIES = read("TRUSTED_PROXIES", "a whole number", env.int, default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
MFA_ADAPTER = "accounts.adapter.SecondFactor"
# Phones whose clock is half a minute off are let in.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Integration console"
# Every address was invited or given by an operator; there is no sign-up that could claim another's.
MFA_ALLOW_UNVERIFIED_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
# A form may name each of a thousand schools, or of hundreds of codes.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_HANDLERS = [
    "integration_console.upload_limit.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "integration_console" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or "pytest" in sys.modules
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

SESSION_COOKIE_HTTPONLY = True
SECURE_BEHIND_TLS = CONSOLE_URL.startswith("https://")
SESSION_COOKIE_SECURE = SECURE_BEHIND_TLS
CSRF_FAILURE_VIEW = "integration_console.typed.not_sent"
CSRF_COOKIE_SECURE = SECURE_BEHIND_TLS
SECURE_SSL_REDIRECT = SECURE_BEHIND_TLS
# Where TLS ends at a proxy of ours, it says so; nobody else is believed.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = (
    read("HSTS_SECONDS", "a whole number", env.int, default=365 * 24 * 60 * 60)
    if SECURE_BEHIND_TLS
    else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever: workers outlive a Redis that is away for hours (F17).
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "imports.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
    "look_again": {
        "task": "imports.tasks.look_again",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "post": {"task": "notifications.tasks.deliver", "schedule": 60.0, "options": {"expires": 55}},
}

EMAIL_LIKE = "like smtp+tls://user:password@host:587"
EMAIL_CONFIG = read("EMAIL_URL", EMAIL_LIKE, env.email_url, default="consolemail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST") or ""
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(EMAIL_CONFIG.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(EMAIL_CONFIG.get("EMAIL_USE_SSL"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="console@localhost")

# Recipients are told when no good sync has come for so long although one was due (C20).
OVERDUE_HOURS = read("OVERDUE_HOURS", "a number of hours", env.int, default=26)

CLEVER_API_URL = env.str("CLEVER_API_URL", default="https://api.clever.com/v3.1").rstrip("/")
CLEVER_AUTH_URL = env.str("CLEVER_AUTH_URL", default="https://clever.com").rstrip("/")
CLEVER_CLIENT_ID = env.str("CLEVER_CLIENT_ID", default="")
CLEVER_CLIENT_SECRET = env.str("CLEVER_CLIENT_SECRET", default="")
CLEVER_PAGE_SIZE = read("CLEVER_PAGE_SIZE", "a whole number", env.int, default=5000)
CLEVER_REQUESTS_PER_MINUTE = 1200
CLEVER_PAGE_SECONDS = 120
CLEVER_PAGE_BYTES = 64_000_000

SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="")
SALES_CONTACT = env.str("SALES_CONTACT", default="")
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=False)
# How long a run's rows keep their values: for the logs, for undo, for a person's history.
CHANGES_KEPT_DAYS = 400
DEMONSTRATION = env.bool("DEMONSTRATION", default=False)
SANDBOX_URL = env.str("SANDBOX_URL", default="").rstrip("/")
SANDBOX_SCENARIO = env.str("SANDBOX_SCENARIO", default="")

# Who may read /metrics: whoever has the token, or asks from one of these addresses or networks.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=[])

LOG_FORMAT = env.str("LOG_FORMAT", default="console")
if LOG_FORMAT not in ("json", "console"):
    raise ImproperlyConfigured("LOG_FORMAT is not understood: it has to be json or console.")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "integration_console.logs.formatter", "style": LOG_FORMAT}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"console": {"level": "INFO"}},
}
