"""The person's side: from a recorded step to saved coaching."""
