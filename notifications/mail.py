"""The one door for mail: so far, what can be asked of the server. Sending comes with notices."""

import smtplib

from django.conf import settings
from django.core.mail import get_connection

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def is_sent() -> bool:
    """Whether mail leaves this installation at all."""
    return bool(settings.EMAIL_BACKEND == SMTP)


def trouble(seconds: int = 5) -> str:
    """Talks to the mail server as far as the log-in; "" if it is well, else what it said."""
    talk = get_connection(timeout=seconds)
    try:
        talk.open()
    except (OSError, smtplib.SMTPException) as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    talk.close()
    return ""
