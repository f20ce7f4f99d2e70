"""The run's state machine (engine.md 1).

QUEUED -> VALIDATING -> TESTED                                   mode TEST, final
                     -> IMPORTING -> COMPLETED | COMPLETED_WITH_ERRORS
                     -> READY -> IMPORTING | DISCARDED | SUPERSEDED
IMPORTING -> VALIDATING when its plan is of another version's format (F80)
any active -> CANCELLING -> CANCELLED;   any active -> FAILED
A what-if gives way to any other run: VALIDATING -> CANCELLED at once.
"""

from core.states import Machine
from core.vocabulary import ACTIVE_RUN_STATES, AlertState, DestructionState, HoldState, RunState

RUN = Machine(
    "run",
    {
        RunState.QUEUED: frozenset(
            {RunState.VALIDATING, RunState.CANCELLING, RunState.CANCELLED, RunState.FAILED}
        ),
        RunState.VALIDATING: frozenset(
            {
                RunState.TESTED,
                RunState.READY,
                RunState.IMPORTING,
                RunState.CANCELLING,
                RunState.CANCELLED,
                RunState.FAILED,
            }
        ),
        RunState.READY: frozenset({RunState.IMPORTING, RunState.DISCARDED, RunState.SUPERSEDED}),
        RunState.IMPORTING: frozenset(
            {
                RunState.VALIDATING,
                RunState.COMPLETED,
                RunState.COMPLETED_WITH_ERRORS,
                RunState.CANCELLING,
                RunState.FAILED,
            }
        ),
        RunState.CANCELLING: frozenset({RunState.CANCELLED, RunState.FAILED}),
    },
)

HOLD = Machine(
    "hold",
    {
        HoldState.OPEN: frozenset(
            {HoldState.APPROVED, HoldState.DISCARDED, HoldState.REPLACED, HoldState.EXPIRED}
        )
    },
)

ALERT = Machine(
    "alert",
    {
        AlertState.OPEN: frozenset({AlertState.STAGED, AlertState.DECIDED, AlertState.CLOSED}),
        AlertState.STAGED: frozenset({AlertState.OPEN, AlertState.DECIDED, AlertState.CLOSED}),
    },
)

DESTRUCTION = Machine(
    "destruction",
    {
        DestructionState.WAITING: frozenset({DestructionState.RUNNING, DestructionState.CANCELLED}),
        DestructionState.RUNNING: frozenset({DestructionState.DONE}),
    },
)

ACTIVE = [state.value for state in ACTIVE_RUN_STATES]
