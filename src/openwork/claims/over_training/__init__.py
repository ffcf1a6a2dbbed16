"""Claims at the checkpoints of a training: since when each is true, at what cost, and what of it is known already."""
