"""The demo, `langgraph-coaching demo`: the whole circle on a small support agent, answered by a recorded real model.

| word | file |
|---|---|
| agent: a graph as anybody has it, and `coach.node()` before its model | `agent` |
| story: which conversations are had, what a person coaches, and how the later ones go | `story` |
| stage: a store of its own, answered by the recording | `stage` |
| cassette: what the model once answered | `cassette` |
| show: the story on a terminal | `show` |
| record: recorded anew, from a model served on this machine | `record` |
"""

__all__: list[str] = []
