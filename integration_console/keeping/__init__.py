"""What people here keep from a sync: locked fields (C11) and protected people (C12)."""
