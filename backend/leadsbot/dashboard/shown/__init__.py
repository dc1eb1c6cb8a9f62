"""From the database's rows to what the templates get. Reads, changes nothing, knows no request."""
