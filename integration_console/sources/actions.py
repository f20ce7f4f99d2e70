"""Switching other sources, Begin, and bringing back what one left behind (B47 to B49).

Here and not in schools, because they join the ground floor with the switch of Clever and the
audit.
"""

from django.db import transaction

from accounts import audit
from clever_sync.models import Connection
from core.problems import ConsoleError
from core.vocabulary import SourceState
from integration_console.switches import need_leave, switch_on
from schools.models import District, RosterSource, SourceExport
from schools.source_export import Restored, restore_export, take_export
from schools.sources import (
    clear_identifiers,
    exclusive_on,
    is_exclusive,
    lock,
    name_of,
    set_source_state,
)


@transaction.atomic
def begin(*, district: District, by: str) -> list[SourceExport]:
    """Begin (B48): every exclusive source off with its identifiers kept and cleared, Clever on.

    All of it or nothing. Raises ConsoleError where Support has not enabled Clever, and where it
    cannot be switched on yet (B46).
    """
    lock(district)
    need_leave(district)
    exports = [retire(district=district, system=system, by=by) for system in exclusive_on(district)]
    switch_on(district=district, by=by)
    return exports


@transaction.atomic
def retire(*, district: District, system: str, by: str) -> SourceExport:
    """Switches a source off for good: what it left is exported, then cleared. Records stay."""
    lock(district)
    source = RosterSource.objects.get(district=district, system=system)
    export = take_export(source=source, by=by)
    RosterSource.objects.filter(pk=source.pk).update(state=SourceState.OFF)
    cleared = clear_identifiers(district=district, system=system)
    audit.record(
        district, by, "source.retire", system, export=export.pk, kept=export.identifiers,
        cleared=cleared,
    )  # fmt: skip
    return export


@transaction.atomic
def switch_source(*, district: District, system: str, on: bool, by: str) -> bool:
    """Switches a source on or off and touches nothing else; returns whether it was moved.

    Raises ConsoleError where an exclusive source would be on beside Clever or another one.
    """
    lock(district)
    if on and is_exclusive(system) and is_clever_on(district):
        raise ConsoleError(
            f"Clever and {name_of(system)} cannot both be on. Switch Clever off first."
        )
    moved = set_source_state(district=district, system=system, on=on)
    if moved:
        audit.record(district, by, "source.on" if on else "source.off", system)
    return moved


def is_clever_on(district: District) -> bool:
    """Whether the switch of Clever is on (B45)."""
    return Connection.objects.filter(district=district, enabled=True).exists()


@transaction.atomic
def restore(*, export: SourceExport, by: str) -> Restored:
    """Brings back what an export holds; no source is switched on by it."""
    restored = restore_export(export=export, by=by)
    audit.record(
        export.district, by, "source.restore", f"{export.system}:{export.pk}",
        brought=restored.brought, gone=restored.gone,
    )  # fmt: skip
    return restored
