"""Picture files to ink, and the ink of one digit to a 28×28 frame."""
