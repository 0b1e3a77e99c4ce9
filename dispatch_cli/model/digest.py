"""BLAKE2b, the one hash of the program."""

try:
    # The same function as hashlib.blake2b. The import of hashlib loads OpenSSL: 5 ms at each start.
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - an interpreter that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
