"""Split a number into digits: cuts, candidates, their scores, the lattice of all paths."""
