"""Where a webhook may lead, at save and at each send: never into the house's own network (C28)."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.problems import ConsoleError
from notifications.webhooks import actions, addresses, door
from tests.notifications.hooks import deliveries, hook
from tests.notifications.receiver import listening
from tests.notifications.setting import Setting, ring

BY = "olga@maple.example"
PUBLIC = "93.184.215.14"
PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.5", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:0:1::1",
    "2001:db8::1", "nonsense",
)  # fmt: skip


@pytest.mark.parametrize("number", PRIVATE)
def test_C28_no_private_number_may_be_connected_to(number: str) -> None:
    assert addresses.why_not(number, local=False)


@pytest.mark.parametrize("number", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_C28_public_numbers_may(number: str) -> None:
    assert addresses.why_not(number, local=False) == ""
    assert addresses.why_not(number, local=True), "with a developer only this machine"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://sis.example.org/in", "Only https"),
        ("http://localhost:8000/in", "Only https"),
        ("ftp://sis.example.org/", "beginning with https"),
        ("file:///etc/passwd", "beginning with https"),
        ("gopher://sis.example.org/", "beginning with https"),
        ("javascript:alert(1)", "beginning with https"),
        ("sis.example.org/in", "beginning with https"),
        ("https:///in", "beginning with https"),
        ("https://user:word@sis.example.org/", "name and the password"),
        ("https://user@sis.example.org/", "name and the password"),
        ("https://sis.example.org@10.0.0.1/", "name and the password"),
        ("https://sis.example.org:22/", "port"),
        ("https://sis.example.org:80/", "port"),
        ("https://sis.example.org:0/", "port"),
        ("https://sis.example.org:99999/", "no address"),
        ("https://sis.example.org:x/", "no address"),
        ("https://sis.example.org/#here", "#"),
        ("https://sis.example.org/a b", "plain ASCII"),
        ("https://sis.example.org/\r\nHost: x", "plain ASCII"),
        ("https://sis.example.org\\@10.0.0.1/", "plain ASCII"),
        ("https://sìs.example.org/", "plain ASCII"),
        ("https://sis..example.org/", "host"),
        ("https://-x.example.org/", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://[::1", "no address"),
        ("https://sis.example.org/" + "x" * 500, "500 characters"),
    ],
)
def test_C28_an_address_that_no_webhook_may_have(url: str, word: str) -> None:
    with pytest.raises(addresses.Refused, match=word):
        addresses.taken_apart(url, local=False)


def test_C28_an_address_is_taken_apart_as_it_stands() -> None:
    target = addresses.taken_apart("https://SIS.example.org:8443/in?key=a%20b", local=False)
    assert target == addresses.Target(True, "sis.example.org", 8443, "/in?key=a%20b")
    assert addresses.taken_apart("https://sis.example.org", local=False).path == "/"
    assert addresses.taken_apart("https://[2606:2800::1]/", local=False).host == "2606:2800::1"
    assert not addresses.taken_apart("https://localhost/", local=False).local


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]",
     "[::ffff:127.0.0.1]", "10.0.0.8", "169.254.169.254", "0"],
)  # fmt: skip
def test_C28_no_way_of_writing_this_machine_is_saved(here: Setting, host: str) -> None:
    with pytest.raises(ConsoleError):
        actions.add_webhook(
            district=here.district, url=f"https://{host}/in", events=["run.failed"], by=BY
        )


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Lets every name mean these numbers, one answer after the other; returns what was asked."""
    left, asked = list(answers), list[str]()

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(door, "look_up", look_up)
    return asked


def no_connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    tried: list[Any] = []

    def connect(where: Any, **_: Any) -> socket.socket:
        tried.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def test_C28_a_name_that_means_a_private_number_is_refused_at_save(
    here: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    add: dict[str, Any] = {"district": here.district, "events": ["run.failed"], "by": BY}
    for numbers in (["10.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1", PUBLIC], []):
        names(monkeypatch, numbers)
        with pytest.raises(ConsoleError):
            actions.add_webhook(url="https://sis.example.org/in", **add)
    names(monkeypatch, [PUBLIC])
    assert actions.add_webhook(url="https://sis.example.org/in", **add).secret


def test_C28_a_name_that_means_something_else_at_send_is_refused_then(
    here: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, [PUBLIC], ["169.254.169.254"])
    tried = no_connections(monkeypatch)
    actions.add_webhook(
        district=here.district, url="https://sis.example.org/in", events=["run.failed"], by=BY
    )
    hook(here.district, "https://never.example.org/in", ["run.failed"])
    here.run("failed")
    ring()
    assert tried == [] and len(asked) >= 2
    said = {row.said for row in deliveries()}
    assert said == {addresses.NOT_PUBLIC}


def test_C28_the_connection_goes_to_the_very_number_that_was_checked(
    here: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, [PUBLIC, "8.8.8.8"])
    tried = no_connections(monkeypatch)
    hook(here.district, "https://sis.example.org:8443/in", ["run.failed"])
    here.run("failed")
    ring()
    assert asked == ["sis.example.org"], "looked up once, and never again by connecting"
    assert tried == [(PUBLIC, 8443), ("8.8.8.8", 8443)]


def test_C28_http_and_this_machine_are_for_developers_only(
    here: Setting, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as system:
        hook(here.district, system.url, ["run.failed"])
        here.run("failed")
        ring()
        assert system.connections == 0
        settings.DEBUG = True
        with pytest.raises(ConsoleError):
            actions.add_webhook(
                district=here.district, url="http://sis.example.org/", events=["run.failed"], by=BY
            )
        names(monkeypatch, ["10.0.0.1"])
        with pytest.raises(ConsoleError, match="private network"):
            actions.add_webhook(
                district=here.district, url="http://localhost:9999/", events=["run.failed"], by=BY
            )


def test_C28_a_name_that_is_never_answered_for_is_left_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    monkeypatch.setattr(door, "LOOK_UP", 0.1)
    monkeypatch.setattr(door, "look_up", lambda *_: [str(over.wait(10))])
    answer = door.post("https://sis.example.org/", b"{}", {}, local=False)
    assert answer.said == "Its name could not be looked up in time."
    over.set()


def test_C28_a_name_that_nobody_has_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> list[str]:
        raise socket.gaierror

    monkeypatch.setattr(door, "look_up", nobody)
    answer = door.post("https://sis.example.org/", b"{}", {}, local=False)
    assert answer.said == "Its name is not known: check how the address is written."


def test_C28_a_hand_that_is_shaken_for_ever_is_let_go_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bytes of a TLS record now and then: no single read takes too long."""
    for name, seconds in (("CONNECT", 0.5), ("READ", 0.5), ("ALTOGETHER", 0.8)):
        monkeypatch.setattr(door, name, seconds)
    names(monkeypatch, ["127.0.0.1"])

    def shake(line: socket.socket) -> socket.socket:
        line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        while True:
            line.sendall(b"\x00")
            time.sleep(0.05)

    with listening(shake) as system:
        begun = time.monotonic()
        answer = door.post(f"https://localhost:{system.port}/", b"{}", {}, local=True)
        assert time.monotonic() - begun < 3
        assert answer == door.Answer(0, "It did not answer in time.")


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, and for 127.0.0.1 if that is the name; with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    who: x509.GeneralName = (
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([who]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(
    ("name", "believed", "taken"),
    [("localhost", True, True), ("other.example", True, False), ("localhost", False, False)],
)
def test_C28_the_certificate_has_to_be_good_and_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, believed: bool, taken: bool
) -> None:
    made = certificate(tmp_path, name)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(made)
    if believed:
        theirs = ssl.create_default_context(cafile=str(made))
        monkeypatch.setattr(door, "trusted", lambda: theirs)
    names(monkeypatch, ["127.0.0.1"])
    with listening(lambda line: ours.wrap_socket(line, server_side=True)) as system:
        answer = door.post(f"https://localhost:{system.port}/in", b"{}", {}, local=True)
        assert answer.taken is taken
        assert len(system.messages) == int(taken)
        if taken:
            assert system.messages[0].headers["host"] == f"localhost:{system.port}"
        else:
            assert answer.said.startswith("Its certificate is not good: ")
