"""The doctor: is this installation able to work, and if not, what is to be done (interfaces.md).

Rooms: `told` (what is said of a part), `configuration` (what the settings say), `services`
(PostgreSQL, Redis, mail, Clever), `engine` (does somebody work?) and this one, which goes round.
"""

from collections.abc import Callable, Iterator

from integration_console.doctor import configuration, engine, services
from integration_console.doctor.told import Examined

Look = Callable[[], Examined]
LOOKS: tuple[Look, ...] = (
    configuration.settings_are_right,
    configuration.secret_key,
    configuration.addresses,
    configuration.styles,
    configuration.disk,
    services.database,
    services.migrations,
    services.clocks,
    services.broker,
    engine.clock,
    engine.due,
    services.mail_server,
    services.clever,
)


def examine() -> Iterator[Examined]:
    """Looks at every part in turn; a part that is ill does not keep the others from being seen."""
    for look in LOOKS:
        yield look()
