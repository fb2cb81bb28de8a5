"""Read forms: descriptions, registration, fields, cells, checks and sum rules."""
