"""Tests of lists of firms."""
