"""How the words of a user become the intent of a draft."""
