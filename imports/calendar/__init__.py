"""The school calendar of a district: its ranges, its page, and what holds on a day (C24)."""
