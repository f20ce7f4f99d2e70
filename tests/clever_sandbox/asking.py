"""A bare client of the sandbox for these tests."""

from typing import Any

import requests

from clever_sandbox.running import RunningSandbox

Record = dict[str, Any]


class Asking:
    """Asks one sandbox with its first district's token."""

    def __init__(self, sandbox: RunningSandbox, version: str = "v3.1", token: str = "") -> None:
        self.sandbox = sandbox
        self.base = f"{sandbox.url}/{version}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token or sandbox.token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        """The answer to GET, redirects not followed."""
        return self.session.get(self.base + path, params=params, timeout=10, allow_redirects=False)

    def json(self, path: str, **params: Any) -> Any:
        """The JSON of a good answer."""
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def records(self, path: str, **params: Any) -> list[Record]:
        """The records of one page."""
        return [entry["data"] for entry in self.json(path, **params)["data"]]

    def links(self, path: str, **params: Any) -> dict[str, str]:
        """The links of an answer by their relation."""
        return {link["rel"]: link["uri"] for link in self.json(path, **params)["links"]}

    def walk(self, path: str, **params: Any) -> list[Record]:
        """All records of a list, by its next links."""
        found: list[Record] = []
        answer = self.json(path, **params)
        while True:
            found += [entry["data"] for entry in answer["data"]]
            following = [link["uri"] for link in answer["links"] if link["rel"] == "next"]
            if not following:
                return found
            response = self.session.get(self.sandbox.url + following[0], timeout=10)
            answer = response.json()

    def ids(self, path: str, **params: Any) -> list[str]:
        """The ids of all records of a list."""
        return [record["id"] for record in self.walk(path, **params)]

    def events(self, kind: str = "users") -> list[Record]:
        """All events of a kind, oldest first."""
        return self.walk("/events", record_type=kind, limit=1000)
