"""Resolve Alerts: the page on which people say who somebody of Clever is (A63-A67)."""
