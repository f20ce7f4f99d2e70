"""What can be seen without asking anybody: settings, secrets, addresses, the disk."""

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from integration_console.doctor.told import Examined

LONG_ENOUGH = 50
LETTERS = 5
# Workers write nothing but logs and what a library needs for a moment.
LEAST_FREE = 200 * 1024 * 1024
LITTLE_FREE = 2 * 1024**3
HERE = {"localhost", "127.0.0.1", "::1"}


def settings_are_right() -> Examined:
    """Django's own checks; those for production where the console has an address of its own."""
    found = [
        message
        for message in checks.run_checks(include_deployment_checks=_is_production())
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    wrong = [m.msg for m in found if m.level >= checks.ERROR]
    unsafe = [m.msg for m in found if m.level < checks.ERROR and m.id != "security.W009"]
    return Examined("configuration", "; ".join(wrong), "; ".join(unsafe))


def secret_key() -> Examined:
    """Whether whoever guesses could sign in as anybody."""
    weak = [
        name
        for name, key in (
            ("SECRET_KEY", settings.SECRET_KEY),
            *(("SECRET_KEY_FALLBACKS", key) for key in settings.SECRET_KEY_FALLBACKS),
        )
        if len(key) < LONG_ENOUGH or len(set(key)) < LETTERS
    ]
    if weak:
        said = (
            f"{weak[0]} can be guessed: it has less than {LONG_ENOUGH} characters, or few "
            "different ones. Make another with script/secrets; docs/operator.md tells how to "
            "change it without signing anybody out."
        )
        return _in_production("secret key", said)
    old = len(settings.SECRET_KEY_FALLBACKS)
    advice = f"{old} old still good; take away after two weeks" if old else ""
    return Examined("secret key", advice=advice)


def addresses() -> Examined:
    """Whether the links in mail lead here, and a browser may keep what it is given."""
    url = urlsplit(settings.CONSOLE_URL)
    host = url.hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return Examined(
            "addresses",
            f"CONSOLE_URL is at {host}, which is not in ALLOWED_HOSTS "
            f"({', '.join(settings.ALLOWED_HOSTS)}): the links in mail lead nowhere. Add it, or "
            "leave ALLOWED_HOSTS out.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        said = "ALLOWED_HOSTS lets any name in, so that a link could lead elsewhere. Name them."
        return _in_production("addresses", said)
    if host not in HERE and url.scheme != "https":
        return Examined(
            "addresses",
            "CONSOLE_URL is not https: passwords and children's records cross the network as they "
            "are. Let a proxy speak TLS, and set CONSOLE_URL to its https address.",
        )
    if url.scheme == "https" and not settings.TRUSTED_PROXIES:
        return Examined(
            "addresses",
            advice="TRUSTED_PROXIES is 0. If TLS ends at a proxy, set it to 1, or every page "
            "redirects to itself.",
        )
    return Examined("addresses", note=settings.CONSOLE_URL)


def styles() -> Examined:
    """Whether the files that browsers are given have been collected."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"] and not manifest.exists():
        return Examined("styles", "No styles are collected; run manage.py collectstatic.")
    return Examined("styles")


def disk() -> Examined:
    """Whether this machine has room. That of PostgreSQL may be another's: look there, too."""
    free = min(shutil.disk_usage(place).free for place in (tempfile.gettempdir(), Path.cwd()))
    said = f"{free / 1024**3:.1f} GB are free on this machine"
    if free < LEAST_FREE:
        return Examined("disk", f"{said}; make room.")
    return Examined("disk", advice=f"{said}; look what fills it." if free < LITTLE_FREE else "",
                    note=said)  # fmt: skip


def _is_production() -> bool:
    return urlsplit(settings.CONSOLE_URL).hostname not in HERE


def _in_production(part: str, said: str) -> Examined:
    """Trouble where others can reach the console; on one's own machine it is advice."""
    return Examined(part, said) if _is_production() else Examined(part, advice=said)
