"""What docs/webhooks.md says of verifying is run as it stands, on a message that came (C28)."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from notifications.webhooks import actions
from tests.house.floor_plan import ROOT
from tests.notifications.hooks import hook
from tests.notifications.receiver import Message, Receiver
from tests.notifications.setting import Setting, ring


def code(language: str) -> str:
    """The one block of this language in the book."""
    book = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"```{language}\n(.*?)```", book, re.DOTALL)
    return str(block)


def message(here: Setting, system: Receiver) -> tuple[Message, str, str]:
    """A message that was sent while two secrets sign, and both."""
    mine = hook(here.district, system.url)
    new = actions.rotate_secret(district=here.district, number=mine.pk, seen=0, by="olga").secret
    here.run("failed")
    ring()
    return system.messages[0], mine.secret, new


def test_C28_the_book_verifies_in_python(here: Setting, system: Receiver) -> None:
    one, old, new = message(here, system)
    rooms: dict[str, Any] = {}
    exec(code("python"), rooms)
    verify = rooms["is_from_the_console"]
    assert verify(old, one.headers, one.body) and verify(new, one.headers, one.body)
    assert not verify(new, one.headers, one.body + b" ")
    assert not verify(new[:-5] + "AAAA=", one.headers, one.body)
    late = str(int(one.headers["webhook-timestamp"]) - 301)
    assert not verify(new, {**one.headers, "webhook-timestamp": late}, one.body)


def test_C28_the_book_verifies_in_a_shell(here: Setting, system: Receiver, tmp_path: Path) -> None:
    one, old, new = message(here, system)
    (tmp_path / "body").write_bytes(one.body)
    signatures = one.headers["webhook-signature"].split(" ")
    for secret in (old, new):
        said = subprocess.run(
            ["sh", "-eu", "-c", code("sh")],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "SECRET": secret,
                "WEBHOOK_ID": one.identity,
                "WEBHOOK_TIMESTAMP": one.headers["webhook-timestamp"],
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"v1,{said.stdout.strip()}" in signatures
    assert len(signatures) == 2
