"""Callbacks that tell other programs of a run; a file a program."""
