"""The application: its commands, its help, and what an exit code means."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from langgraph_coaching.cli import (
    browse,
    check,
    exchange,
    feedback,
    impact,
    preview,
    propose,
    refine,
    replay,
    review,
    similar,
    test,
    why,
    write,
)
from langgraph_coaching.cli.options import Exit
from langgraph_coaching.cli.render import console, errors
from langgraph_coaching.errors import CoachingError, EmbedderError, NotFoundError, RecordingError, StoreError

_HELP = """Agents that learn from a person's feedback.

Look at recorded runs (`traces`, `show`), save what the agent should have done (`add`), and ask what would be recalled
(`advise`) and `why`. `demo` shows the whole circle without a key or a network.

Exit codes: 0 done; 1 there is nothing (no such trace, no coaching that applies); 2 something you gave is not
acceptable, and nothing was changed; 3 the store or the embedder failed; 130 stopped with Ctrl-C.
"""

_CODES = {NotFoundError: Exit.NOTHING, StoreError: Exit.FAULT, EmbedderError: Exit.FAULT, RecordingError: Exit.FAULT}
"""Of every other `CoachingError`: `Exit.USAGE`."""

app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
app.command("traces")(browse.traces)
app.command("show")(browse.show)
app.command("list")(browse.list_)
app.command("advise")(browse.advise)
app.command("why")(why.why)
app.command("check")(check.check)
app.command("add")(write.add)
app.command("impact")(impact.impact)
app.command("preview")(preview.preview)
app.command("propose")(propose.propose)
app.command("import")(exchange.import_)
app.command("export")(exchange.export)
app.command("report")(refine.report)
app.command("verdict")(refine.verdict)
app.command("review")(review.review)
app.command("similar")(similar.similar)
app.command("calibrate")(refine.calibrate)
app.command("feedback")(feedback.feedback)
app.command("replay")(replay.replay)
app.command("reembed")(write.reembed)
app.add_typer(test.app, name="test")


@app.command("demo")
def demo(
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            "-s",
            metavar="FOLDER",
            help="Keep the demo's store in this new folder, to look at it afterwards.",
        ),
    ] = None,
) -> None:
    """Show it all: a run, a correction, and the runs after it.

    A support agent makes a mistake, the correction is saved from its trace, and in another conversation it is recalled.
    The graph is real, the model's answers are recorded from a real one: no key, no network. Takes some seconds.
    """
    from langgraph_coaching.demo.show import run_demo

    run_demo(console, store)


def run() -> int:
    """Runs the command of `sys.argv`.

    Returns:
        The exit code.
    """
    try:
        app()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else Exit.DONE
    except KeyboardInterrupt:
        return Exit.STOPPED
    except CoachingError as error:
        # Escaped: rich would take the extra in "pip install 'langgraph-coaching[demo]'" for a style, and not show it.
        errors.print(f"[bold red]error:[/bold red] {escape(str(error))}", soft_wrap=True)
        return next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), Exit.USAGE)
    return Exit.DONE
