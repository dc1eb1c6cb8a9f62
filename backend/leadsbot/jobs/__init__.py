"""The job table: `enqueue()` inside the caller's transaction; claim, lease, settle; cron."""
