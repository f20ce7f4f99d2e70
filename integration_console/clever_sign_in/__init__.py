"""Sign in with Clever, beside the password and the second factor (C29)."""
