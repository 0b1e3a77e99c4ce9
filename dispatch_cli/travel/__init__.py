"""Travel engines: road minutes from a server of the user."""
