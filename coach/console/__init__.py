"""The clinicians' web console: pages rendered here, every action a plain form, not one line of script."""
