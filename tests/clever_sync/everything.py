"""All that can be asked of Clever but GPAs: what a district's rules may map."""

from clever_sync.sources import GPA_SOURCES, SOURCES

BASE_SOURCES: frozenset[str] = frozenset(SOURCES) - GPA_SOURCES
