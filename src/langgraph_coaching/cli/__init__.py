"""The command line: `langgraph-coaching`.

| word | file |
|---|---|
| app: the commands, their help, and what an exit code means | `app` |
| control characters: what a terminal would obey, shown | `control_characters` |
| options: what every command has, and the coach it opens | `options`, `chat_model` |
| `demo` | `app` |
| `traces`, `list`, `advise`: commands that look | `browse`, `conversation` |
| `show`: a run as a conversation; a coaching, whole | `show`, `transcript`, `coaching_page` |
| `history`, `receipts`: what became of a coaching | `history`, `receipts` |
| `why`: the command that explains | `why` |
| `check`: what is the matter with saved coaching, for CI | `check` |
| `conformance`: whether a store and an embedder do what coaching needs | `conformance` |
| `doctor`: what is the matter with the store they are kept in, and its repair | `doctor` |
| `impact`, `preview`: what a coaching would do before it is saved | `impact`, `preview` |
| … the draft that their options make | `draft_options` |
| `chat`: a test conversation with one's own graph | `chat` |
| `forget`: traces deleted, and what was said in them | `forget` |
| `retain`: a rule for how old and how many they become | `retain` |
| `draft`, `add`: from a step or without; many from a file | `draft`, `add`, `rows` |
| `edit`; the options that it shares with `add` | `edit`, `behavior_options` |
| `archive`, `restore`, `delete` | `archive` |
| `promote`, `rollback`, `changes`: several coachings to another stage, and back | `stages` |
| `pause`, `resume`: the kill switch | `pause` |
| `reembed` | `reembed` |
| `export`, `import`: coachings as files, recorded runs | `exchange`, `recordings` |
| `split`: a system prompt taken apart | `split`, `split_output` |
| `propose`: proposals shown and chosen | `propose` |
| `review`, `similar`: one question at a time, answered with one key | `review`, `similar`, `ask` |
| `report`: how coachings are doing; `verdict`, `calibrate` | `report`, `refine` |
| `replay`; the coachings that it supposes | `replay`, `using` |
| `studio`: the page | `studio` |
| `test new`: a correction as a test | `test` |
| `feedback`: what became of coaching, for tracers | `feedback` |
| ids: the beginning of one is enough | `ids` |
| render: what people see, and the JSON that machines see | `render` |
| tables: a line a row; piped, with tabs between whole values | `tables`, `table` |
| command words: what a message says to call, said as a command | `command_words` |

```sh
langgraph-coaching demo
langgraph-coaching import runs.jsonl
langgraph-coaching traces --text refund --label failure --tool issue_refund --coached
langgraph-coaching show t-9f2c --full
langgraph-coaching draft t-9f2c41d07be3:7
langgraph-coaching add --step t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund."
langgraph-coaching impact t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund."
langgraph-coaching preview t-9f2c41d07be3:7 --reply "Offer an exchange, not a refund." --model openai:gpt-4o-mini
langgraph-coaching edit c-k3v9 --intent "a customer asks about shipping abroad" --example "do you ship to Peru?"
langgraph-coaching history c-k3v9
langgraph-coaching history --all --since 2030-01-31 --csv --out audit.csv
langgraph-coaching restore c-k3v9 --revision 1
langgraph-coaching delete c-k3v9 --yes
langgraph-coaching promote c-k3v9 c-7fq2 --to canary --share 0.1 --note "new returns policy"
langgraph-coaching changes
langgraph-coaching rollback s-61ec
langgraph-coaching pause --reason "prices went out wrong" --yes
langgraph-coaching resume
langgraph-coaching list
langgraph-coaching check --graph shop.agent:graph
langgraph-coaching chat shop.agent:graph
langgraph-coaching advise "can I still change an order that was delivered?" --keep
langgraph-coaching why "can I still change an order that was delivered?"
langgraph-coaching propose c-k3v9q2m7x4ab --model openai:gpt-4o-mini
langgraph-coaching similar c-k3v9q2m7x4ab
langgraph-coaching review
langgraph-coaching receipts --coaching c-k3v9 --limit 10
langgraph-coaching report --since 7d --html report.html
langgraph-coaching verdict r-5d1c0b7e92aa4f10 --wrong --comment "jackets ship free"
langgraph-coaching calibrate
langgraph-coaching replay t-9f2c41d07be3 --without c-k3v9q2m7x4ab --using tried.jsonl
langgraph-coaching test new c-k3v9q2m7x4ab tests/test_orders.py
langgraph-coaching feedback --format langsmith
langgraph-coaching split system_prompt.md --write coachings --remaining shorter.md
langgraph-coaching export coachings
langgraph-coaching import coachings --dry-run
langgraph-coaching import annotations.csv --format dify --dry-run
langgraph-coaching forget --user lee --dry-run
langgraph-coaching retain --days 90 --always
langgraph-coaching conformance s3://bucket/coaching --embeddings shop.models:embeddings
langgraph-coaching doctor ./coaching --repair
```

Every command has `-h`, most have `--json`; `--install-completion` completes them in your shell. Of an id its beginning
is enough, where no other begins so. Piped, a table has no headings, and a row is a line of whole values with tabs
between. `NO_COLOR` is heeded. `python -m langgraph_coaching` is the same. `--store` (or `LANGGRAPH_COACHING_STORE`)
says where the store is. Exit codes: 0 done, 1 there is nothing (of `check` and `conformance`: there is an error; of
`doctor`: something has to be done), 2 something you gave is not acceptable, 3 the store or the embedder failed.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command and exits with its code."""
    try:
        from langgraph_coaching.cli.app import run

        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # A terminal that cannot show a letter is no reason to fail.
                stream.reconfigure(errors="backslashreplace")
        code = run()
    except KeyboardInterrupt:  # while it was still being loaded
        code = 130
    sys.exit(code)
