"""The wire, written apart from the tables: what is asked, what is answered, and the bounds of both."""
