"""Data and privacy: what is kept of whom and how long, and what was destroyed (C34)."""
