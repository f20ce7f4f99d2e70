"""Addresses as people type them, and as nobody should (A57, F76). Pure."""

import pytest
from django.core.validators import validate_email

from notifications.recipients import LONGEST, MOST, read, refusal, too_many

HOSTILE = (
    "a@b.org\nBcc: everybody@else.example",
    "a@b.org\r\nSubject: hello",
    "Bcc: a@b.org",
    '"a b"@b.org',
    'a"@b.org',
    "<a@b.org>",
    "Ann Example <a@b.org>",
    "a@b@c.org",
    "a@b.org; c@d.org",
    "jürgen@schule.example",
    "a@bücher.example",
    "a\u202e@b.org",
    "a@b.org\x00",
    "a@localhost",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    ".a@b.org",
    "a..b@c.org",
    "a@-b.org",
    "@b.org",
    "a@",
    "nobody",
    "x" * 400 + "@b.org",
    "a@" + "b" * 400 + ".org",
)


def test_A57_commas_separate_addresses() -> None:
    found = read("A@x.org,  b@y.org ,, a@X.org")
    assert (found.good, found.refused) == (["a@x.org", "b@y.org"], [])


def test_A57_a_bad_address_is_named_and_the_good_ones_are_kept() -> None:
    found = read("a@x.org, nobody, b@y.org, @z")
    assert found.good == ["a@x.org", "b@y.org"]
    assert [sentence.split()[0] for sentence in found.refused] == ["“nobody”", "“@z”"]


@pytest.mark.parametrize("address", HOSTILE)
def test_F76_tricks_are_refused_by_name(address: str) -> None:
    why = refusal(address)
    assert why.startswith(f"“{address[:1]}")
    assert "\n" not in why and len(why) < 250
    assert address not in read(address).good


@pytest.mark.parametrize("address", ["a+b@x.org", "o'neill@x.org", "a@xn--bcher-kva.example"])
def test_ordinary_addresses_pass_and_fit_what_django_takes(address: str) -> None:
    assert not refusal(address)
    validate_email(address)


def test_an_address_of_the_longest_length_passes() -> None:
    domain = ".".join(["b" * 61] * 3) + ".org"
    address = "a" * (LONGEST - len(domain) - 1) + "@" + domain
    assert not refusal(address)
    assert refusal("a" + address)


def test_a_list_has_an_end() -> None:
    many = [f"a{n}@x.org" for n in range(MOST)]
    assert not too_many(many)
    assert "mailing list" in too_many([*many, "b@x.org"])
