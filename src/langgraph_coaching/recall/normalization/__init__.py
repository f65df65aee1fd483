"""A text as it is embedded: slips mended, specifics and pastes left out, wishes told from what is not wanted.

| word | file |
|---|---|
| pasted: what of a turn was typed, and the beginning of a pasted log, mail, table or code | `pasted` |
| spelling: chat speak and slips of the fingers, written as they are meant | `spelling` |
| words: those that people use, and the commonest slips | `words` |
| correction: the word that a slip is likeliest to be | `correction` |
| negation: what its speaker says they do not want | `negation` |
| specifics: order numbers, amounts, dates, addresses and links | `specifics` |
| names: people's names | `names` |
| language: what a text looks like where it does not look English | `language` |

The same is done to both sides, to what a coaching is known by and to what is said now, so that nobody's order number
decides. What the model reads and what is stored stays as it was said.
"""

__all__: list[str] = []
