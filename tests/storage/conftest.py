"""Coachings in a temporary folder, with vectors that need no model."""

from coachings_table import coaching, embed, folder, shelf  # noqa: F401 - fixtures
