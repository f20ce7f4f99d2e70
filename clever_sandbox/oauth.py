"""`/oauth/tokens`: the application's tokens, one for each district that has connected it."""

import base64
import binascii
import hmac

from clever_sandbox.clock import stamp
from clever_sandbox.district import District
from clever_sandbox.messages import Request, Response, answer, problem
from clever_sandbox.object_ids import created_at
from clever_sandbox.paging import own_uri
from clever_sandbox.records import Record
from clever_sandbox.sandbox import Sandbox

SCOPES = (
    "read:districts",
    "read:schools",
    "read:students",
    "read:teachers",
    "read:school_admins",
    "read:district_admins",
    "read:sections",
    "read:student_contacts",
    "read:resources",
    "read:user_id",
)


def list_tokens(sandbox: Sandbox, request: Request) -> Response:
    """All connected districts' tokens, or the one of `district`; 401 for wrong credentials."""
    if not is_application(sandbox, request):
        return problem(401, "Unauthorized")
    if request.param("owner_type") not in (None, "district"):
        return answer({"data": [], "links": [{"rel": "self", "uri": own_uri(request)}]})
    wanted = request.param("district")
    tokens = [
        _token(district)
        for district in sandbox.districts
        if district.connected and wanted in (None, "", district.id)
    ]
    return answer({"data": tokens, "links": [{"rel": "self", "uri": own_uri(request)}]})


def is_application(sandbox: Sandbox, request: Request) -> bool:
    """Whether the request carries the application's id and secret by Basic authentication."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = f"{sandbox.spec.client_id}:{sandbox.spec.client_secret}"
    return hmac.compare_digest(given, expected.encode())


def _token(district: District) -> Record:
    return {
        "id": district.token_id,
        "created": stamp(created_at(district.token_id)),
        "owner": {"type": "district", "id": district.id},
        "access_token": district.token,
        "scopes": list(SCOPES),
    }
