"""The OpenAPI 3.1 document of the API, made from its rooms."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from integration_console.api.refusals import MEDIA_TYPE, Problem
from integration_console.api.rooms import api

AT = "/api/v1/"
ROOMS = "integration_console_api_"
ABOUT = (
    "What programs may read of a district's records, runs, held changes and alerts, and how they"
    " start a run. A token belongs to one district; another district's numbers are not found."
    " Deciding about held changes and alerts, approving a plan and undoing are left to people, on"
    " purpose: somebody has to look."
)
# What each answer may be beside the good ones; a refusal has its sentence in "detail".
EVERYWHERE = {
    "401": "There is no token, or none that is good.",
    "422": "Something that was sent is not valid.",
    "429": "Too many calls in this minute; Retry-After says for how many seconds to wait.",
}
OF_ONE = {"404": "The district of the token has nothing of this number."}
OF_ACTS = {
    "403": "The token may only read.",
    "409": "The console refuses this now, for the same reasons as its pages.",
}
OF_PLANS = {"410": "The rows are purged; the figures of the run remain."}
WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
Document = Mapping[str, Any]


@cache
def document() -> Document:
    """The whole document. It tells nothing of any district, so it is made once for all."""
    made: dict[str, Any] = deepcopy(dict(api.get_openapi_schema(path_prefix=AT)))
    made["info"]["description"] = ABOUT
    made["servers"] = [{"url": "/", "description": "This console"}]
    schemas = made["components"]["schemas"]
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**schema.pop("$defs"), "Problem": schema}
    bearer = made["components"]["securitySchemes"]["Bearer"]
    bearer["description"] = "A token of a district: Authorization: Bearer cic_…"
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            operation["operationId"] = (
                operation["operationId"].removeprefix(ROOMS).partition("_")[2]
            )
            good = {str(status): answer for status, answer in operation["responses"].items()}
            operation["responses"] = good | refusals(path, method)
    return made


def refusals(path: str, method: str) -> dict[str, Any]:
    """The answers that say no, by their numbers."""
    said = {
        **EVERYWHERE,
        **(OF_ONE if "{" in path else {}),
        **(OF_ACTS if method == "post" else {}),
        **(OF_PLANS if path.endswith("/changes") else {}),
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refused: dict[str, dict[str, Any]] = {
        status: {"description": text, "content": content} for status, text in sorted(said.items())
    }
    refused["429"]["headers"] = {"Retry-After": WAIT}
    return refused
