"""Activity: the audit of a district in plain sentences (C23)."""
