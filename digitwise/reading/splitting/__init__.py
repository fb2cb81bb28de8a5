"""A number broken up into digits: cuts, candidates, their scores, the lattice of all paths."""
