"""Clever without a network: the client's transport, answered from the roster's files."""

import json
from urllib.parse import parse_qs, urlsplit

from benchmarks.roster import Pages
from clever_sync import client
from clever_sync.answers import Answer

JSON = {"Content-Type": "application/json"}
EMPTY = b'{"data":[],"links":[]}'


def serve(pages: Pages) -> None:
    """Makes every client of this process read `pages`; all else of the client stays as it is."""
    transport = type("FileTransport", (FileTransport,), {"pages": pages})
    client.Transport = transport  # type: ignore[assignment,attr-defined]


def district_id(pages: Pages) -> str:
    """The id of the district whose roster it is."""
    return str(json.loads(pages.read("districts.json"))["data"][0]["data"]["id"])


class FileTransport:
    """Answers as the sandbox answered when the files were made."""

    pages: Pages

    def __init__(self, **_: object) -> None:
        self._district = district_id(self.pages)

    def get(self, url: str, _: object) -> Answer:
        """The answer to one request."""
        parts = urlsplit(url)
        what = parts.path.rpartition("/")[2]
        after = parse_qs(parts.query).get("starting_after", [""])[0]
        return Answer(200, JSON, self._body(what, after))

    def close(self) -> None:
        """Has nothing open."""

    def _body(self, what: str, after: str) -> bytes:
        if what == "tokens":
            return json.dumps({"data": [self._token()]}).encode()
        if what == "users":
            return self.pages.read(self.pages.index[after])
        if what in ("districts", "schools") and not after:
            return self.pages.read(f"{what}.json")
        return EMPTY

    def _token(self) -> dict[str, object]:
        owner = {"type": "district", "id": self._district}
        return {"owner": owner, "access_token": "from-files", "scopes": []}
