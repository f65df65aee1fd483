"""A text as it is embedded: slips mended, specifics and pastes left out, wishes told from what is not wanted."""
