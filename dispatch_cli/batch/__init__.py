"""Rank files of incidents, with an engine that gives the same results as the desk."""
