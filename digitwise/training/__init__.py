"""The training loop, its settings, its history, its checkpoints, and evaluation."""
