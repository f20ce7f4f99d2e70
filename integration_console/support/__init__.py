"""Support's leave to see a district's people, for Support and for the district (C33, H15)."""
