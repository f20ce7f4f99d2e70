"""The state machines of this app (core/states.py)."""

from core.states import Machine
from core.vocabulary import ConnectionState, PullState

_ALL = frozenset(ConnectionState)

CONNECTION = Machine(
    "connection",
    # Clever decides: whatever it was, a district may be there, be gone or refuse us today.
    dict.fromkeys(ConnectionState, _ALL),
)

PULL = Machine(
    "pull",
    {
        PullState.OPEN: frozenset({PullState.DONE, PullState.ABANDONED}),
        PullState.DONE: frozenset(),
        PullState.ABANDONED: frozenset(),
    },
)
