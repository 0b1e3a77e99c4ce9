"""Read a list of firms, such as the spreadsheet of a centre, as entries of the provider file."""
