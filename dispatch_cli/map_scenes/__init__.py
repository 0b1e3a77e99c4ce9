"""Make the scenes of maps from answers, cases, batches and reports of coverage.

A scene (``results.map_scene``) has positions and areas, which the results themselves do not have.
"""
