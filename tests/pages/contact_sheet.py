"""python -m tests.pages.contact_sheet FOLDER: a picture of every page, and an index of them.

Each page at 1280 and 390 pixels, light and dark, empty, full and in trouble. Not to be committed.
"""

import os
import sys
from html import escape
from pathlib import Path

import pytest


def main(folder: Path) -> int:
    """Walks the pages as the test does, and leaves pictures and index.html in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["CONTACT_SHEET"] = str(folder.resolve())
    result = pytest.main(["-q", "-x", "tests/pages/test_every_page.py"])
    pictures = sorted(path.name for path in folder.glob("*.png"))
    rows = [
        f"<figure><figcaption>{escape(name)}</figcaption>"
        f'<a href="{escape(name)}"><img src="{escape(name)}" loading="lazy" alt=""></a></figure>'
        for name in pictures
    ]
    (folder / "index.html").write_text(
        "<!DOCTYPE html><meta charset=utf-8><title>Contact sheet</title><style>"
        "body{display:flex;flex-wrap:wrap;gap:16px;font:14px system-ui;background:#888}"
        "figure{margin:0}img{height:420px;object-fit:cover;object-position:top}</style>"
        + "\n".join(rows)
    )
    print(f"{len(pictures)} pictures in {folder / 'index.html'}")
    return int(result)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.pages.contact_sheet FOLDER")
    sys.exit(main(Path(sys.argv[1])))
