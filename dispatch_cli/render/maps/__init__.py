"""Draw maps: one drawing for SVG and HTML, and the same facts as GeoJSON."""
