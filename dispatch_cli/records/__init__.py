"""Files of records: read in pieces with bounded memory, written exactly, nothing lost between."""
