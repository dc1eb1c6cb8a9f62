"""The lead: who it is, how it came in, where it stands."""
