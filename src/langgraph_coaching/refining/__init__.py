"""After it is live: what a person should look at next.

| word | file |
|---|---|
| review: the receipts whose verdict would teach most | `review` |
| reviewer: who has the list | `reviewer` |
"""
