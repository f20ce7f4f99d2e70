"""The API of version 1: all its rooms under one roof. It changes by additions only."""

from ninja import NinjaAPI

from integration_console.api import district, holds, records, runs
from integration_console.api.caller import Bearer
from integration_console.api.refusals import tell_refusals

# Its own document and page stand in document.py and views.py: no script of another host is needed.
api = NinjaAPI(
    title="Clever integration console",
    version="1.0",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    auth=Bearer(),
)
for room in (records, runs, holds, district):
    api.add_router("", room.router)
tell_refusals(api)
