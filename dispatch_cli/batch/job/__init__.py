"""Run a batch: check its options, rank its rows, save checkpoints, resume, count."""
