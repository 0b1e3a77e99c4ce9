"""The one HTTP exchange and the guard of addresses, for checks and travel engines."""
