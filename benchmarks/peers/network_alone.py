"""The time that the network and Clever take by themselves: every page, one after the other."""

import os

import requests

from benchmarks.cases import Case
from benchmarks.measured import Work
from benchmarks.roster import PAGE, Pages


def prepare(pages: Pages) -> None:
    """Needs nothing."""


def run(pages: Pages, case: Case) -> Work:
    """Asks for the pages that the roster has, over one connection that stays open."""
    del case
    seen = 0
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {os.environ['BENCHMARK_TOKEN']}"
        for after in pages.index:
            query = {"role": "student", "limit": str(PAGE)} | (
                {"starting_after": after} if after else {}
            )
            answer = session.get(f"{os.environ['CLEVER_API_URL']}/users", params=query)
            answer.raise_for_status()
            seen += answer.content.count(b'"uri":"/v3.1/users/')
    return Work(seen)
