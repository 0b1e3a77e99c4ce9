"""The frozen values that commands return; all that ``render`` draws.

Field names and their order are the JSON schemas: fields are added, never removed or changed.
Minutes are unrounded; an infinite number is null in JSON.
"""
