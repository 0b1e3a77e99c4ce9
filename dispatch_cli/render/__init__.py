"""How results look: tables for a terminal, tab-separated lines, JSON, messages, the picture.

Nothing here decides anything: everything shown is in ``results`` or handed over as an argument.
Import the module that is needed (``cascade_table``, ``plain``, ``envelope`` …), so that rich is
only loaded where a terminal table is printed.
"""
