"""A running graph as a trace: events in, one trace a run out."""
