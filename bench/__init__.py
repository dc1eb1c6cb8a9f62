"""Repeatable measurements; `README.md` says how to run them and what they gave."""
