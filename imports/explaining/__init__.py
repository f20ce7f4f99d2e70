"""Explain this person: whom a text means, what is known of them, and who must act (C18)."""
