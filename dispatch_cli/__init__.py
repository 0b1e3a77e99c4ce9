"""A neutral dispatch desk for roadside assistance: whom to call first, second, third, and why."""

__version__ = "0.1.0"
