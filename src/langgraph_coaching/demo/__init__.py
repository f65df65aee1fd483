"""The demo, `langgraph-coaching demo`: a support agent captured, corrected and coached, answered by a recorded model.

| word | file |
|---|---|
| agent: a graph as anybody has it, and `coach.node()` before its model | `agent` |
| scenario: which conversations are held, what a person coaches, and how the later ones go | `scenario` |
| setup: a store of its own, and the cassette with what the model once answered | `setup` |
| show: the scenario on a terminal | `show` |
| record: recorded anew, from a model served on this machine | `record` |
"""

__all__: list[str] = []
