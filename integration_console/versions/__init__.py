"""Versions of the settings, what a draft would change, and the settings as a document."""
