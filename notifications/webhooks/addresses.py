"""Which addresses a webhook may have, by what they say and by where they lead (ADR 0032).

Nothing here asks the network: the door looks names up, and asks `why_not` about what it finds.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST = 500
HTTPS = 443
LOWEST_PORT = 1024
# This machine by name, which a developer's console may call.
LOCAL = ("localhost", "127.0.0.1")
_TEXT = re.compile(r"[!-~]+")
_NAME = re.compile(
    r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
)
# The Internet of IPv6, without what carries IPv4 addresses within (6to4, Teredo).
_GLOBAL_6 = ip_network("2000::/3")
_CARRIERS = (ip_network("2002::/16"), ip_network("2001::/32"))
# Public by their number, and answered by a cloud's own machinery.
_CLOUD = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
NOT_PUBLIC = (
    "This address leads into a private network, or to this machine. A webhook has to be reachable"
    " from the Internet."
)


class Refused(Exception):
    """The address may not be called; the text says why, in a sentence."""


@dataclass(frozen=True)
class Target:
    """An address taken apart. `local`: it names this machine, and may."""

    https: bool
    host: str
    port: int
    path: str
    local: bool = False


def taken_apart(url: str, *, local: bool) -> Target:
    """What an address says. Raises Refused for one that no webhook may have.

    With `local` this machine may be called, by http as well.
    """
    if len(url) > LONGEST:
        raise Refused(f"An address has {LONGEST} characters at most.")
    if not _TEXT.fullmatch(url) or "\\" in url:
        raise Refused("An address is plain ASCII without spaces, like https://sis.example.org/in.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").rstrip(".")
    except ValueError:
        raise Refused("This is no address. Write it like https://sis.example.org/in.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Refused("Write the whole address, beginning with https://.")
    if "@" in parts.netloc:
        raise Refused("Take the name and the password out of the address. Messages are signed.")
    if "#" in url:
        raise Refused("Take the # and what follows out of the address.")
    here = local and host in LOCAL
    if parts.scheme == "http" and not here:
        raise Refused("Only https:// is sent to: what is sent is for nobody else to read.")
    _check_host(host)
    port = port if port is not None else (HTTPS if parts.scheme == "https" else 80)
    if port != HTTPS and port < LOWEST_PORT:
        raise Refused(f"Use port {HTTPS}, or one from {LOWEST_PORT} on.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, here)


def host_of(url: str) -> str:
    """The host alone, for where the whole address is nobody's business."""
    return urlsplit(url).hostname or ""


def why_not(address: str, *, local: bool) -> str:
    """Why a number that a host has may not be connected to; "" if it may.

    With `local`, this machine and nothing else.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return NOT_PUBLIC
    if local:
        return "" if found.is_loopback else NOT_PUBLIC
    return "" if _is_public(found) else NOT_PUBLIC


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        inside = found in _GLOBAL_6 and not any(found in net for net in _CARRIERS)
        return inside and found.is_global and not found.is_multicast
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in net for net in _CLOUD)
    )


def _check_host(host: str) -> None:
    if ":" in host:
        try:
            IPv6Address(host)
        except ValueError:
            raise Refused("This is no address: its host is not one.") from None
        if "%" in host:
            raise Refused("This is no address: its host is not one.")
    elif len(host) > 253 or not _NAME.fullmatch(host):
        raise Refused("This is no address: its host is not one.")
