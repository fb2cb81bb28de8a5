"""Display of objects at a Python prompt and in notebooks, as text, HTML and pictures."""
