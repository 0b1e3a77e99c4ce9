"""Read rows: map columns to facts, parse cells, and make incidents or rejects."""
