"""How likely a coaching is right in a situation: what is measured, and what is fitted."""
