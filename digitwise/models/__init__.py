"""Model files, and the networks that are shipped."""
