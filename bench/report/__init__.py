"""What a form's report costs, by how many sessions its period has."""
