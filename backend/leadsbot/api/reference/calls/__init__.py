"""What is said of each call: a file per collection, each with its `CALLS`."""
