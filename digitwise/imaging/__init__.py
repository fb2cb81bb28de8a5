"""From picture files to ink, and from the ink of one digit to the 28×28 that a network sees."""
