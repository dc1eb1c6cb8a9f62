"""The REST doors for integrations: one file per collection, found by `app` through its `ROUTES`."""
