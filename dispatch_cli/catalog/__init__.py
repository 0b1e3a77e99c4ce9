"""Find, read and check the provider file, and keep it in a compiled form for the next start.

docs/provider-file.md has every table and key.
"""

from .find import find_file, sample_path
from .load_catalog import Catalog, empty_catalog, load

__all__ = ["Catalog", "empty_catalog", "find_file", "load", "sample_path"]
