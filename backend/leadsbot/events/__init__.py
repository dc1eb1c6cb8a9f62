"""The append-only log of what happened: `record()` inside the caller's transaction."""
