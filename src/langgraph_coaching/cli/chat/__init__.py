"""The command `chat`: a test conversation with one's own graph, on a terminal or piped.

| word | file |
|---|---|
| chat: the command, its options, the store that the graph uses | `command`, `which_store` |
| talk: what a person says, and what becomes of it, until the end | `talk` |
| commands: what may be said to the conversation itself, such as `/again` | `commands` |
| written here: `/coach`, from the draft to what was saved | `coach_here` |
| screen: events as lines, words wrapped as they come | `screen`, `event_lines`, `flow` |
| receipt lines: with what coaching a turn was answered | `receipt_lines` |

```sh
langgraph-coaching chat shop.agent:graph
langgraph-coaching chat shop.agent:graph < turns.txt
```

Piped, each line is one turn of the user or a command, and what is printed are plain lines.
"""

__all__: list[str] = []
