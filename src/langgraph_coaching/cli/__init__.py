"""The command line: `langgraph-coaching`.

| word | file |
|---|---|
| app: the commands, their help, and what an exit code means | `app` |
| options: what every command has, and the coach it opens | `options`, `chat_model` |
| `demo` | `app` |
| `traces`, `show`, `list`, `advise`: commands that look | `browse`, `conversation` |
| `why`: the command that explains | `why` |
| `check`: what is the matter with saved coaching, for CI | `check` |
| `add`, `reembed`: commands that write | `write` |
| `export`, `import`: coachings as files, recorded runs | `exchange`, `write` |
| `impact`, `preview`: what a coaching would do before it is saved | `impact`, `preview` |
| … the options that say which, and its draft | `coaching_options`, `draft_options` |
| `propose`: proposals shown and chosen | `propose` |
| `review`, `similar`: one question at a time, answered with one key | `review`, `similar`, `ask` |
| `report`, `verdict`, `calibrate` | `refine` |
| `replay` | `replay` |
| `test new`: a correction as a test | `test` |
| `feedback`: what became of coaching, for tracers | `feedback` |
| render: what people see, and the JSON that machines see | `render` |

```sh
langgraph-coaching demo
langgraph-coaching import runs.jsonl
langgraph-coaching traces --text refund --label failure
langgraph-coaching show t-9f2c41d07be3
langgraph-coaching add --step t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund."
langgraph-coaching impact t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund."
langgraph-coaching preview t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund." --model openai:gpt-4o-mini
langgraph-coaching list
langgraph-coaching check --graph shop.agent:graph
langgraph-coaching advise "can I still change an order that was delivered?" --keep
langgraph-coaching why "can I still change an order that was delivered?"
langgraph-coaching propose c-k3v9q2m7x4ab --model openai:gpt-4o-mini
langgraph-coaching similar c-k3v9q2m7x4ab
langgraph-coaching review
langgraph-coaching report
langgraph-coaching verdict r-5d1c0b7e92aa4f10 --wrong --comment "jackets ship free"
langgraph-coaching calibrate
langgraph-coaching replay t-9f2c41d07be3 --without c-k3v9q2m7x4ab
langgraph-coaching test new c-k3v9q2m7x4ab tests/test_orders.py
langgraph-coaching feedback --format langsmith
langgraph-coaching export coachings
langgraph-coaching import coachings --dry-run
```

Every command has `--help`, most have `--json`. `--store` (or `LANGGRAPH_COACHING_STORE`) says where the store is. Exit
codes: 0 done, 1 there is nothing (of `check`: there is an error), 2 something you gave is not acceptable, 3 the store
or the embedder failed.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command and exits with its code."""
    from langgraph_coaching.cli.app import run

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter is no reason to fail
    sys.exit(run())
