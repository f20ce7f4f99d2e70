"""Values that Clever does not carry, from a file: a run of its own kind (A08, C27)."""
