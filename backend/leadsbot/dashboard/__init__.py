"""What people see: one module per page builds a view from the database; `render` turns it into HTML."""
