"""What a door checks before it reads a body: where the request comes from, and how fast."""
