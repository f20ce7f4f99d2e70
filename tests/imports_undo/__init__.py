"""Undo: what a run wrote is taken back exactly; what came in between is kept (C10, H10, H11)."""
