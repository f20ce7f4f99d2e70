"""A mail server that really listens, and does to each letter what a test wants."""

from asyncio import Transport
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from integration_console.embedded.ports import any_free
from notifications import mail


class Office:
    """Takes every letter, unless `answers` (by address) or `at_the_end` says otherwise.

    `drops` so many connections in the middle of a message.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.asked: list[str] = []
        self.answers: dict[str, str] = {}
        self.at_the_end = "250 OK"
        self.drops = 0
        self.before_answering: Callable[[], object] = lambda: None

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.drops:
            self.drops -= 1
            assert isinstance(server.transport, Transport)
            server.transport.abort()
        if self.at_the_end.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.before_answering()
        return self.at_the_end


def by_smtp(settings: Any, port: int) -> None:
    """Lets Django send to this port; somebody listens there or not."""
    settings.EMAIL_BACKEND = mail.SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@contextmanager
def open_office(settings: Any) -> Iterator[Office]:
    """The office with its door open, and Django sending to it."""
    desk = Office()
    server = Controller(desk, hostname="127.0.0.1", port=any_free())
    server.start()
    by_smtp(settings, server.port)
    try:
        yield desk
    finally:
        server.stop()


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
