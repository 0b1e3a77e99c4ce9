"""From a file to incidents: columns and their facts, cells and their meaning."""
