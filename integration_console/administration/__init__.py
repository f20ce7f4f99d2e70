"""District Administration: what is set up once for a district, and the way to Clever."""
