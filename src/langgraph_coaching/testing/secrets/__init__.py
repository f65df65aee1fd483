"""What is never written to disk: secrets by name, by shape and by place, in every body as it is packed.

| word | file |
|---|---|
| content encoding: gzip, deflate, br and zstd, taken off before anything is written, or refused | `content_encoding` |
| body: read as what it is, and every text in it looked through | `body` |
| shapes: how one looks, and what is written before it | `shapes` |
| JSON values: by the names of their keys, in streams as well | `json_values` |
| stream fragments: a secret that an answer tells piece by piece | `stream_fragments` |
| address path: the segments that are secrets, as in the addresses of bots and webhooks | `address_path` |

Nothing here is public: what else has to be taken out is said with `CassetteConfig(secrets=…)` of the room above.
"""

__all__: list[str] = []
