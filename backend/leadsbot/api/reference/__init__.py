"""The API's reference: what the code can't say by itself about each call, and the page made of it.

`calls/` holds what is said of each call, a file per collection, found by its `CALLS`; `shapes/` holds the
objects; `describing` puts them into the OpenAPI description; `page` shows that to people.
"""
