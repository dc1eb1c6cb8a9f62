"""What a day or a week came to, told to a workspace's channels at its own hour, against the one before."""
