"""Daily Operations: when each data type is synced by itself, and pauses of that."""
