"""Promises under failure: each test carries the number of the fault it proves (F01 to F84)."""
