"""Manage Email Notifications: who is told of what (A54-A59)."""
