"""How a case is worked: states, acts and what to say, without clock, files or terminal."""
