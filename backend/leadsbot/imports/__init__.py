"""Files of leads: read whatever a spreadsheet wrote, taken in row by row through the same intake as every door."""
