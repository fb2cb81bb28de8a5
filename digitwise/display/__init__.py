"""What objects show of themselves in a Python prompt and in notebooks: text, HTML, pictures."""
