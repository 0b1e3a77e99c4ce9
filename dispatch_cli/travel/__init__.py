"""Travel engines: road minutes from a server of the user, or estimates from the great circle."""
