"""Charts of imports, changes and leavers over time, for the district and for each school (C22)."""
