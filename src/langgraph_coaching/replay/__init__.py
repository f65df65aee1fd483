"""The same trace again: with other coaching, against the answers it had."""
