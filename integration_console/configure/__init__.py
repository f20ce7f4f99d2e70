"""Configure: how records arrive today, the three steps, and what blocks them."""
