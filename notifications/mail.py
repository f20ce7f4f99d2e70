"""The one door for mail: each message leaves by `send`, `deliver` or a Conversation.

Mail that cannot leave must not undo what it tells of, so nothing here raises: a failure is an
answer.
"""

import smtplib
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from enum import StrEnum
from threading import Timer

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# For trying out: what is written here reaches nobody.
REACHES_NOBODY = tuple(
    f"django.core.mail.backends.{kind}.EmailBackend" for kind in ("console", "dummy", "filebased")
)
# For each answer of the server, and for a whole message: a slow server keeps nobody for longer.
SECONDS = 10
ALTOGETHER = 60.0
CLOSING = 421
Message = EmailMultiAlternatives
log = structlog.get_logger("console.mail")


class Outcome(StrEnum):
    """REFUSED: this address, for good. LATER: this address, for now. AWAY: the server itself."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"
    AWAY = "away"


@dataclass(frozen=True)
class Answer:
    """What the mail server made of a message: its code (0 if it said nothing) and its words."""

    outcome: Outcome
    code: int = 0
    said: str = ""


def is_sent() -> bool:
    """Whether mail leaves this installation at all."""
    return bool(settings.EMAIL_BACKEND == SMTP)


def reaches_people() -> bool:
    """Whether somebody can receive what is handed to this door."""
    return settings.EMAIL_BACKEND not in REACHES_NOBODY


def written(
    *,
    to: str,
    template: str,
    context: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> Message:
    """The mail of templates/mail: its subject, on one line, its text and its HTML."""
    more = {"console": settings.CONSOLE_URL, **context}
    subject = " ".join(render_to_string(f"mail/{template}_subject.txt", more).split())
    text = render_to_string(f"mail/{template}.txt", more).strip() + "\n"
    message = Message(subject, text, to=[to], headers=dict(headers or {}))
    message.attach_alternative(render_to_string(f"mail/{template}.html", more), "text/html")
    return message


def send(*, to: str, template: str, context: dict[str, object]) -> bool:
    """Sends the mail written in templates/mail: its subject, its text and its HTML.

    Returns whether it left; if not, why stands in the log.
    """
    return deliver(written(to=to, template=template, context=context))


def deliver(message: EmailMessage) -> bool:
    """Hands a message to the mail server; whether it took it and somebody can receive it."""
    with Conversation() as talk:
        answer = talk.send(message)
    return answer.outcome is Outcome.TAKEN and reaches_people()


class Conversation(AbstractContextManager["Conversation"]):
    """One talk with the mail server, in which several messages may be handed over."""

    def __init__(self) -> None:
        self._talk = get_connection(timeout=SECONDS) if is_sent() else get_connection()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._talk.close()

    def send(self, message: EmailMessage) -> Answer:
        """Hands a message over; what the server said. Takes about a minute at most."""
        try:
            self._talk.open()
            with _cut_off(self._talk):
                self._talk.send_messages([message])
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            answer = _meaning(error)
            # No more than its kind: what a mail server says repeats the address.
            log.warning("mail.not_sent", kind=type(error).__name__, code=answer.code)
            return answer
        return Answer(Outcome.TAKEN)


@contextmanager
def _cut_off(talk: object) -> Iterator[None]:
    """Ends a conversation whose server answers now and then but never comes to an end."""
    line = getattr(getattr(talk, "connection", None), "sock", None)
    timer = Timer(ALTOGETHER, _hang_up, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(line: socket.socket | None) -> None:
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def _meaning(error: Exception) -> Answer:
    """Whose trouble it is: the address's, the message's, or that of the server and our settings."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return _by_code(code, said)
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        return Answer(Outcome.AWAY, error.smtp_code, _words(error.smtp_error))
    if isinstance(error, (MessageError, ValueError)) and not isinstance(error, OSError):
        return Answer(Outcome.REFUSED, 0, "The message could not be written.")
    return Answer(Outcome.AWAY, 0, first_line(error))


def _by_code(code: int, said: bytes | str) -> Answer:
    if code == CLOSING:
        return Answer(Outcome.AWAY, code, _words(said))
    return Answer(Outcome.REFUSED if code >= 500 else Outcome.LATER, code, _words(said))


def _words(said: bytes | str) -> str:
    """What a server said, on one line and no longer than it is kept."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:300]


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
