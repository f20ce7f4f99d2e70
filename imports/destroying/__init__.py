"""Values that are destroyed, by the night or by order, and the certificates of it (C34)."""
