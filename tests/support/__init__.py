"""Real counterparts for tests: a Bot API server, a webhook receiver and a mail server, each on a free local port."""
