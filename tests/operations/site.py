"""Somebody at a browser of an installation that runs: real HTTP, a real log-in, real forms."""

import re

import requests

from accounts.models import Membership, User
from core.vocabulary import MemberRole
from schools.models import District
from tests.pages import scenes

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """An owner of a district, signed in."""

    def __init__(self, url: str, district: District) -> None:
        self.url = url
        self.talk = requests.Session()
        user = User.objects.create(email=scenes.ALICE, password=scenes.hashed())
        Membership.objects.create(district=district, user=user, role=MemberRole.OWNER)
        answer = self.send(
            "/accounts/login/", "/accounts/login/", login=scenes.ALICE, password=scenes.PASSWORD
        )
        assert f"/d/{district.slug}/" in answer.url, answer.text

    def get(self, path: str) -> requests.Response:
        return self.talk.get(self.url + path, timeout=20)

    def send(self, page: str, path: str, **fields: str) -> requests.Response:
        """Fills a form of a page; the answer is the page that it leads to."""
        found = _TOKEN.search(self.get(page).text)
        assert found, f"{page} has no form"
        fields["csrfmiddlewaretoken"] = found[1]
        answer = self.talk.post(self.url + path, data=fields, timeout=20)
        answer.raise_for_status()
        return answer
