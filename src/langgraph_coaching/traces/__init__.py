"""Runs as data: typed steps, captured from a running graph or imported, kept in LanceDB."""
