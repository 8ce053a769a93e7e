"""What the service costs, measured. `make bench` runs all; no test looks at these numbers."""
