"""How log lines look: one JSON object a line in production, words in development.

A log holds nobody's data: of an exception it says what it is and where it was raised. The text
is left out, since PostgreSQL quotes values in it, and so are the values of the local variables.
What was searched for, and the secret of a link that sets a password, is left out of every path in
a line, whoever writes it.
"""

import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.types import ExcInfo, Processor, WrappedLogger

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
MOST_CAUSES = 5
# What follows in such a path is as good as a password (allauth's address, accounts.invitation).
QUERY = re.compile(r"(/[^\s?]*)\?\S+")
SECRET_LINK = re.compile(r"(/password/reset/key/)[^/\s\"']+")


def where(error: BaseException) -> str:
    """The exception with its causes as "Type, file:line in function, ...", without any text."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < MOST_CAUSES:
        frames = traceback.extract_tb(cause.__traceback__)
        places = [f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        told.append(type(cause).__name__ + "".join(places))
        hidden = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or hidden
    return "\nafter ".join(told)


def without_text(_: WrappedLogger, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Turns the exception of a log line into words."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = where(error)
    return event


def without_secrets_in_paths(
    _: WrappedLogger, __: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    """Takes the query and the secret out of the paths in the text, as of "Not Found: /..."."""
    if isinstance(event.get("event"), str):
        event["event"] = SECRET_LINK.sub(r"\1...", QUERY.sub(r"\1", event["event"]))
    return event


def formatter(style: str = "console", **_: object) -> structlog.stdlib.ProcessorFormatter:
    """A formatter for `logging`; style is "json" or "console"."""
    last: Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_plain)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            without_text,
            without_secrets_in_paths,
            last,
        ],
    )


def _plain(out: TextIO, info: ExcInfo) -> None:
    out.write(where(info[1]))


def configure() -> None:
    """Sends structlog's events through `logging`, so that both have one format."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
