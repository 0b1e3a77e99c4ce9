"""The provider file: found, read, checked, and kept in a compiled form that a warm start opens.

docs/provider-file.md has every table and key.
"""

from .catalog import Catalog, load, nobody
from .find import find_file, sample_path

__all__ = ["Catalog", "find_file", "load", "nobody", "sample_path"]
