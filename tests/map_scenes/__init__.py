"""Tests of the scenes of maps."""
