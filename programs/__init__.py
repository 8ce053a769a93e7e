"""Clinical knowledge: reviewed content and pure rules. No service, no wall clock: time is passed in."""
