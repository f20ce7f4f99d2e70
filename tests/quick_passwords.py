"""Passwords are hashed slowly on purpose; hundreds of tests that sign in need not wait for it."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Of one iteration. A server that meets such a hash takes it, and makes it slow again."""

    iterations = 1
