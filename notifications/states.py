"""The state machines of this app (core/states.py)."""

from core.states import Machine
from core.vocabulary import DeliveryState, LetterState, WebhookState

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

# A person may have any message sent again: its receiver knows it by its webhook-id.
DELIVERY = Machine(
    "delivery to a webhook",
    {
        DeliveryState.WAITING: frozenset({DeliveryState.DELIVERED, DeliveryState.GIVEN_UP}),
        DeliveryState.DELIVERED: frozenset({DeliveryState.WAITING}),
        DeliveryState.GIVEN_UP: frozenset({DeliveryState.WAITING}),
    },
)

# Only what nobody has paused is disabled by itself.
WEBHOOK = Machine(
    "webhook",
    {
        WebhookState.ON: frozenset({WebhookState.PAUSED, WebhookState.DISABLED}),
        WebhookState.PAUSED: frozenset({WebhookState.ON}),
        WebhookState.DISABLED: frozenset({WebhookState.ON}),
    },
)
