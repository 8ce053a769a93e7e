"""The API: HTTP in, rows out."""
