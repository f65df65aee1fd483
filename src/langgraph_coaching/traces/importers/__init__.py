"""Readers of other people's recordings; each turns rows into traces and reports what it could not read."""
