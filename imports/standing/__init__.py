"""Problems that stay: first seen, seen again, closed when gone (C19, C06, C21)."""
