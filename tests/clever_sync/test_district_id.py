"""The District ID in whatever a person pastes."""

import pytest

from clever_sync.district_id import parse_district_id
from core.problems import ConsoleError

ID = "66c09f00b3d4e5f607180001"
CLIENT = "4c63c1cf623dce82caac"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID}\n",
        ID.upper(),
        f"https://clever.com/oauth/instant-login?client_id={CLIENT}&district_id={ID}",
        f"https://clever.com/oauth/instant-login?client_id={CLIENT}&amp;district_id={ID}",
        f"clever.com/oauth/instant-login?district_id={ID}&client_id={CLIENT}",
        f"<https://clever.com/oauth/instant-login?district_id={ID}>",
        f"HTTPS://CLEVER.COM/oauth/authorize?response_type=code&district_id={ID.upper()}",
        f"https://clever.com/oauth/authorize?client_id={CLIENT}&district={ID}",
        f"https://api.clever.com/v3.1/districts/{ID}",
        f"https://api.clever.com/v3.1/districts/{ID}/schools",
    ],
)
def test_B39_id_or_complete_url_give_the_same_id(text: str) -> None:
    assert parse_district_id(text) == ID


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "district_id_missing"),
        ("   ", "district_id_missing"),
        ("maple ridge", "district_id_unreadable"),
        (ID[:-1], "district_id_unreadable"),
        (ID + "0", "district_id_unreadable"),
        (ID[:-1] + "g", "district_id_unreadable"),
        (f"https://evil.example/oauth/instant-login?district_id={ID}", "district_id_unreadable"),
        (f"https://notclever.com/?district_id={ID}", "district_id_unreadable"),
        (f"https://clever.com.evil.example/?district_id={ID}", "district_id_unreadable"),
        (f"https://clever.com@evil.example/?district_id={ID}", "district_id_unreadable"),
        (f"javascript://clever.com/?district_id={ID}", "district_id_unreadable"),
        ("https://[clever.com/", "district_id_unreadable"),
        ("https://clever.com/in/mapleridge", "district_id_not_in_link"),
        (f"https://clever.com/oauth/instant-login?client_id={ID}", "district_id_not_in_link"),
        ("https://clever.com/oauth/instant-login?district_id=123", "district_id_not_in_link"),
        (f"https://api.clever.com/v3.1/districts/{ID}0", "district_id_not_in_link"),
    ],
)
def test_B39_anything_else_is_refused_with_a_hint(text: str, code: str) -> None:
    with pytest.raises(ConsoleError) as refused:
        parse_district_id(text)
    assert refused.value.code == code
    assert "Instant Login Link" in refused.value.sentence
