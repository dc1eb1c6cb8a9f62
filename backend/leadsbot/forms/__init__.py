"""Forms found on pages, visitor sessions on them, and what may be kept of what was typed."""
