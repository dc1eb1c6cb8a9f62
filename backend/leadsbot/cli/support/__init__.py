"""What the commands share. Nothing in here is a command."""
