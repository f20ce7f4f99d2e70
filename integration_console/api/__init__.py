"""The REST API: what programs may read and start, with a token of a district (C28)."""
