"""The background: what people say when nothing applies, in the space of one embedder.

| word | file |
|---|---|
| texts: requests of many domains, small talk, follow-ups, slips and other languages, some 3,300 | `texts` |
| background: their vectors, the scale of the embedder, and what reads like a request | `background` |
| cache: measured once for each embedder, and kept with the package or in the store | `cache` |

They were written for this package, and tell what "near" means for an embedder, and what a coaching has to be told
apart from. For the default embedder they are packaged; another one is measured at the first use, and kept in the
table `backgrounds`.
"""

__all__: list[str] = []
