"""From a file to incidents: which column has which fact, what a cell says, row by row or in columns."""
