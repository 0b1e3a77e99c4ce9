"""Plan many incidents at once: which unit goes to which, and what is short."""
