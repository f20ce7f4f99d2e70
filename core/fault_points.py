"""Named points where a test may crash the process. In production they do nothing (faults.md)."""

from collections.abc import Callable

_hook: Callable[[str], None] | None = None


def fault_point(name: str) -> None:
    """Does nothing, unless a test has installed a hook."""
    if _hook is not None:
        _hook(name)


def install(hook: Callable[[str], None] | None) -> None:
    """For tests: calls `hook` with the name of each point that is passed; None removes it."""
    global _hook
    _hook = hook
