"""Review: what a batch has read is looked at by people, the least sure first, and corrected."""
