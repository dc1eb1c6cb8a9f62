"""The cases, one file per theme; `case.every()` finds them."""
