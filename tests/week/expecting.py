"""What the week must come to, by its timetables and outages alone: runs, and mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from imports.timetable import next_due
from tests.week.playing import STEP
from tests.week.timetables import BEGIN, END, OUTAGES, away, steps, timetable_of, zone_of

TRIES = 4
SILENT, GRACE = timedelta(hours=26), timedelta(hours=2)
# What everybody begins with, whose mail is sent when the week begins.
FIRST_IMPORT, FIRST = -1, "Clever Full Sync has finished (and 1 more)"
OVERDUE, AGAIN = "There was no good sync for a day", "Syncs work again"
STARTED, FINISHED = "Scheduled Sync has started", "Scheduled Sync has finished"
FAILED = "Scheduled Sync has failed: Clever could not be reached"
# Who is told of everything, and who of nothing but trouble.
EVERYTHING, TROUBLE = "everything", "trouble"
READERS = (EVERYTHING, TROUBLE)


@dataclass(frozen=True)
class Expected:
    """A run: when a schedule began it, when a worker did, and when and how it came to its end."""

    begun: datetime
    worked: datetime
    ended: datetime
    good: bool


@dataclass(frozen=True)
class Mail:
    """A mail: when it came, to whom, its subject, and the place of its run among the scheduled."""

    at: datetime
    reader: str
    subject: str
    run: int | None


def runs_of(number: int) -> list[Expected]:
    """Each begins at the first tick after a time that was due, and once, whatever was missed."""
    due = next_due(timetable_of(number), zone_of(number), BEGIN)
    runs: list[Expected] = []
    free = BEGIN
    for now in steps():
        if due <= now and free <= now and not away("beat", now):
            runs.append(_played(now))
            due = next_due(timetable_of(number), zone_of(number), now)
            free = runs[-1].ended + STEP
    return runs


def _played(begun: datetime) -> Expected:
    """A worker comes when it is rung; while Clever is away a run tries again three times."""
    tries = _working(begun)
    worked = now = next(tries)
    for _ in range(TRIES - 1):
        if not away("clever", now):
            break
        now = next(tries)
    return Expected(begun, worked, now, not away("clever", now))


def _working(now: datetime) -> Iterator[datetime]:
    """The half hours from now on in which workers are rung."""
    while True:
        if not away("beat", now) and not away("broker", now):
            yield now
        now += STEP


def mails_of(number: int, runs: list[Expected]) -> list[Mail]:
    """Each thing is told once: at the first post after it, or when the mail server is back."""
    mails = [Mail(BEGIN, EVERYTHING, FIRST, FIRST_IMPORT)]
    troubles: set[str] = set()
    watched = BEGIN
    for now in _posts():
        ended = [run.ended for run in runs if run.good and run.ended < now]
        since = max([watched, *ended])
        due = next_due(timetable_of(number), zone_of(number), since)
        if OVERDUE not in troubles and since <= now - SILENT and due <= now - GRACE:
            troubles.add(OVERDUE)
            mails += _told(now, [OVERDUE], None)
        for place, run in enumerate(runs):
            news = [STARTED] if now == _post_after(run.worked) else []
            if now == _post_after(run.ended):
                if run.good and troubles:
                    watched = _post_after(now)
                news = [*_at_the_end(run, troubles), *news]
            mails += _told(now, news, place)
    return mails


def _at_the_end(run: Expected, troubles: set[str]) -> list[str]:
    """The titles that a run's end adds to its mail; a second failure is no news."""
    if not run.good:
        news = [] if FAILED in troubles else [FAILED]
        troubles.add(FAILED)
        return news
    news = [AGAIN, FINISHED] if troubles else [FINISHED]
    troubles.clear()
    return news


def _told(now: datetime, titles: list[str], run: int | None) -> Iterator[Mail]:
    """The mails of one post about one run."""
    back = max([now, *(o.ends for o in OUTAGES if o.what == "mail" and o.on(now))])
    for reader in READERS:
        asked = [t for t in titles if reader == EVERYTHING or t not in (STARTED, FINISHED)]
        if asked:
            more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
            yield Mail(back, reader, asked[0] + more, run)


def _posts() -> Iterator[datetime]:
    """When the post works; the last time when the week is over."""
    return (now for now in (*steps(), END) if _post_works(now))


def _post_after(moment: datetime) -> datetime:
    return next(now for now in _working(moment + STEP) if _post_works(now))


def _post_works(now: datetime) -> bool:
    return not now.minute and not away("beat", now) and not away("broker", now)
