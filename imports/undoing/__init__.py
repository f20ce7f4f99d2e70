"""Undo: a run whose plan is the inverse of what another run wrote (engine.md 8, C10)."""
