"""What the service does, one noun a file. Services take a session and `now`; the edge commits."""
