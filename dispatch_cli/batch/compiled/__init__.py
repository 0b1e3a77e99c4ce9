"""Rank incidents in columns with a compiled kernel, and return the results in columns.

Needs the libraries of the extra ``batch``.
"""
