"""BLAKE2b, the one hash of the program."""

try:
    # What hashlib.blake2b is. Importing hashlib itself loads OpenSSL: 5 ms at every start.
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - an interpreter that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
