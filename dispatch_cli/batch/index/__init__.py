"""List the offers that can be among the first at a place, and leave out all others.

``cells`` has a lower bound for every offer of a cell; ``postcode_entries`` lists the offers of a
postcode. Both are valid for every hour, vehicle and client, because gates only remove offers.
"""
