"""Forms: descriptions, registration, fields and cells read, checks and sum rules."""
