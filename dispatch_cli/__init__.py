"""A neutral dispatch desk for roadside assistance: which firm to call first and next, and why."""

try:
    # The build writes this module, from the tags of the repository. Reading the metadata of the
    # installed package instead would take 40 ms at every start.
    from ._version import __version__
except ImportError:
    # A checkout that was never built or installed.
    __version__ = "0+unknown"

__all__ = ["__version__"]
