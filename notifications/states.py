"""The state machine of this app (core/states.py)."""

from core.states import Machine
from core.vocabulary import LetterState

_ENDS = frozenset(
    {LetterState.SENT, LetterState.REFUSED, LetterState.GIVEN_UP, LetterState.WITHDRAWN}
)

# A person may have a letter tried again; nothing else leaves an end.
LETTER = Machine(
    "letter",
    {
        LetterState.WAITING: _ENDS,
        LetterState.SENT: frozenset(),
        LetterState.REFUSED: frozenset({LetterState.WAITING}),
        LetterState.GIVEN_UP: frozenset({LetterState.WAITING}),
        LetterState.WITHDRAWN: frozenset(),
    },
)
