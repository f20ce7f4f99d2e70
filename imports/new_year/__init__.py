"""The new-school-year assistant: what a test's plan would do, before it is meant (C24)."""
