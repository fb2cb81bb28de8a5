"""Review: people check and correct the numbers of a batch, the least sure first."""
