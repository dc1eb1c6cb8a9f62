"""From an event to who wants it: delivery rows, attempts, backoff, replay."""
