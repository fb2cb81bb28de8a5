"""Model files and the shipped networks."""
