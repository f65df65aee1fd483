"""A system prompt taken apart: what always holds stays, what holds in one situation only belongs into coaching.

| word | file |
|---|---|
| split: the prompt, its pieces, and what remains | `split`, `remaining` |
| piece: what holds in one situation, as the coaching that it could be | `piece`, `finder` |
| passage, section: a sentence or an item; what stands under a heading | `passage`, `document` |
| condition: the situation that a passage says it holds in | `condition` |
| topic: a heading that names a situation | `topic` |
| wording: the intent of it | `wording` |
| reword: a model's intents, and what people say there | `reword` |
| what is instructed: a tool, a party to hand over to, or a reply | `instructed` |
"""

__all__: list[str] = []
