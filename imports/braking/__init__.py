"""The pages of the brakes: their values for the district, and for one run only (C08, C24)."""
