"""Workspaces, the people in them, how they sign in, their API keys and public doors."""
