"""Labelled digits: every source yields `Digits`."""
