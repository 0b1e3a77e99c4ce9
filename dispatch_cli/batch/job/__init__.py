"""A batch from its options to its end: checked, run, resumed after a stop, and summed up."""
