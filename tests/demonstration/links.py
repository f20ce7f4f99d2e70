"""Follows every link of Maple Ridge's pages, a few of each kind, as somebody who may see all."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.test import Client

OF_A_KIND = 3
EMPTY = "No change fits this filter"
# Whoever chooses a filter may find nothing by it; whoever follows a link shall not.
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#]*)[^"]*"')


def that_lead_nowhere(client: Client, start: str) -> tuple[list[str], int]:
    """The links that end in an error or at nothing, each with its page, and how many were right."""
    kinds: Counter[str] = Counter()
    found: dict[str, str] = {start: ""}
    bad, right = [], 0
    waiting = [start]
    while waiting:
        page = waiting.pop(0)
        answer = client.get(page, follow=True)
        content = b"".join(answer) if answer.streaming else answer.content
        text = content.decode() if answer["Content-Type"].startswith("text/html") else ""
        if answer.status_code != 200 or not content or EMPTY in text:
            bad.append(f"{found[page]} -> {page}: {answer.status_code}")
        else:
            right += 1
        for link in LINK.findall(text):
            target = urljoin(page, unescape(link))
            kind = re.sub(r"\d+", "0", target)
            if target in found or not urlsplit(target).path.startswith(start):
                continue
            if not urlsplit(target).scheme and kinds[kind] < OF_A_KIND:
                kinds[kind] += 1
                found[target] = page
                waiting.append(target)
    return bad, right
