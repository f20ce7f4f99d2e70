"""The one door for mail: every message leaves by `send` or `deliver`, and a failure is an answer.

Mail that cannot leave must not undo what it tells of, so nothing here raises.
"""

import smtplib
from email.errors import MessageError

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# For trying out: what is written here reaches nobody.
REACHES_NOBODY = tuple(
    f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy", "filebased")
)
SECONDS = 10
log = structlog.get_logger("console.mail")


def is_sent() -> bool:
    """Whether mail leaves this installation at all."""
    return bool(settings.EMAIL_BACKEND == SMTP)


def send(*, to: str, template: str, context: dict[str, object]) -> bool:
    """Sends the mail written in templates/mail: its subject, its text and its HTML.

    Returns whether it left; if not, why stands in the log.
    """
    more = {"console": settings.CONSOLE_URL, **context}
    subject = " ".join(render_to_string(f"mail/{template}_subject.txt", more).split())
    message = EmailMultiAlternatives(
        subject, render_to_string(f"mail/{template}.txt", more).strip() + "\n", to=[to]
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", more), "text/html")
    return deliver(message)


def deliver(message: EmailMessage) -> bool:
    """Hands a message to the mail server; whether it took it and somebody can receive it."""
    if is_sent():
        message.connection = get_connection(timeout=SECONDS)
    try:
        message.send()
    except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
        # No more than its kind: what a mail server says repeats the address.
        code = getattr(error, "smtp_code", None)
        log.warning("mail.not_sent", kind=type(error).__name__, code=code)
        return False
    return settings.EMAIL_BACKEND not in REACHES_NOBODY


def trouble(seconds: int = 5) -> str:
    """Talks to the mail server as far as the log-in; "" if it is well, else what it said."""
    talk = get_connection(timeout=seconds)
    try:
        talk.open()
    except (OSError, smtplib.SMTPException) as error:
        return first_line(error)
    talk.close()
    return ""


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
