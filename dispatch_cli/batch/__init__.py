"""Many incidents at once: files in and out, and the engine that ranks them like the desk."""
