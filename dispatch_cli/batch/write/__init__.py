"""How results are written: row by row, or in columns with what the extra ``batch`` installs.

Both ways give the same bytes, so that a row's bytes do not depend on its way.
"""
