"""Recorded model answers for tests of coached graphs, and corrections as tests."""
