"""A neutral dispatch desk for roadside assistance: which firm to call first and next, and why."""

__version__ = "0.1.0"
