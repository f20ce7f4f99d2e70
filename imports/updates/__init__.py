"""View Student Updates Log: what was resolved between Clever and here, across all runs (A62)."""
