"""Read files of OpenStreetMap: firms and public services, and motorways with kilometre posts."""
