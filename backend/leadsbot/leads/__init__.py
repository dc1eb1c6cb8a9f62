"""The lead: its pipeline, its duplicates, and `intake()`, the one way in."""
