"""The pages of what is held: the list, one hold with its rows, and what is decided there (C09)."""
