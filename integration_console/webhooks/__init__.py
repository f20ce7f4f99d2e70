"""Webhooks: the addresses of a district's own systems, and what was sent to them (C28)."""
