"""What a workspace's leads and visits come to, in numbers. It only reads."""
