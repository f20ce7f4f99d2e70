"""What other folders have made for their tests serves here, too."""

from tests.attack.conftest import at, small
from tests.attack.test_secrets import log
from tests.faults.conftest import fresh, no_pauses

__all__ = ["at", "fresh", "log", "no_pauses", "small"]
