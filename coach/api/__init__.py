"""HTTP in, values to the services, answers out. No rule and no SQL lives here."""
