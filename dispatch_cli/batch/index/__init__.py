"""Which offers may be left out at a place, and why none of them can stand among the first.

``cells`` bounds every offer of a cell from below; ``postcode_entries`` lists the offers of a code.
Both hold for every hour, vehicle and client: gates only take offers away.
"""
