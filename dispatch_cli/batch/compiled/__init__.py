"""The engine with compiled parts: columns of incidents in, columns of results out.

The extra ``batch`` brings what it imports; nothing outside of it imports numpy, numba or pyarrow.
"""
