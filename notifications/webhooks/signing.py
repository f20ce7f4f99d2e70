"""Secrets and signatures, as Standard Webhooks lays them down (standardwebhooks.com)."""

import base64
import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A secret as it is shown and kept: "whsec_" and 32 bytes by chance."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(identity: str, at: int, body: bytes, secrets_: Iterable[str]) -> dict[str, str]:
    """The three headers of a message; each secret signs, and the signatures stand side by side."""
    signed = b".".join((identity.encode(), str(at).encode(), body))
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets_),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, sha256)).decode()
