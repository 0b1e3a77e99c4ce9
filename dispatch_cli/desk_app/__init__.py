"""The operator's full-screen desk, on Textual: keys in, the use cases of ``cases``, screens out.

Nothing in this package decides anything about cases: each key is a verb of ``dispatch case``.
"""
