"""Sets of labelled digits: every source yields the same `Digits`."""
