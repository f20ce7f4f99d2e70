"""What other folders have made for their tests serves here, too."""

from tests.attack.conftest import at, small
from tests.attack.test_secrets import log

__all__ = ["at", "log", "small"]
