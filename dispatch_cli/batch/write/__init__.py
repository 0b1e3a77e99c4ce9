"""Write results row by row, or in columns with the libraries of the extra ``batch``.

Both ways write the same bytes for a row.
"""
