"""The application: its commands, its help, and what an exit code means."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer
from rich.markup import escape

from langgraph_coaching import __version__
from langgraph_coaching.cli import (
    add,
    archive,
    browse,
    check,
    doctor,
    draft,
    edit,
    exchange,
    feedback,
    forget,
    history,
    impact,
    pause,
    preview,
    propose,
    receipts,
    reembed,
    refine,
    replay,
    report,
    retain,
    review,
    show,
    similar,
    split,
    stages,
    studio,
    test,
    why,
)
from langgraph_coaching.cli.chat.command import chat
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.options import Exit
from langgraph_coaching.cli.render import console, errors
from langgraph_coaching.errors import CoachingError, EmbedderError, NotFoundError, RecordingError, StoreError

_HELP = """Agents that learn from a person's feedback.

Look at recorded runs (`traces`, `show`), save what the agent should have done (`add`), and ask what would be recalled
(`advise`) and `why`. Of an id its beginning is enough, where no other one begins so. `demo` shows the whole circle
without a key or a network.

Exit codes: 0 done; 1 there is nothing (no such trace, no coaching that applies); 2 something you gave is not
acceptable, and nothing was changed; 3 the store or the embedder failed; 130 stopped with Ctrl-C.
"""

_CODES = {NotFoundError: Exit.NOTHING, StoreError: Exit.FAULT, EmbedderError: Exit.FAULT, RecordingError: Exit.FAULT}
"""Of every other `CoachingError`: `Exit.USAGE`."""

app = typer.Typer(
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("traces")(browse.traces)
app.command("show")(show.show)
app.command("list")(browse.list_)
app.command("advise")(browse.advise)
app.command("why")(why.why)
app.command("chat")(chat)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.command("impact")(impact.impact)
app.command("preview")(preview.preview)
app.command("draft")(draft.draft)
app.command("add")(add.add)
app.command("edit")(edit.edit)
app.command("archive")(archive.archive)
app.command("restore")(archive.restore)
app.command("delete")(archive.delete)
app.command("promote")(stages.promote)
app.command("rollback")(stages.rollback)
app.command("changes")(stages.changes)
app.command("pause")(pause.pause)
app.command("resume")(pause.resume)
app.command("history")(history.history)
app.command("propose")(propose.propose)
app.command("split")(split.split)
app.command("import")(exchange.import_)
app.command("export")(exchange.export)
app.command("receipts")(receipts.receipts)
app.command("report")(report.report)
app.command("verdict")(refine.verdict)
app.command("review")(review.review)
app.command("similar")(similar.similar)
app.command("calibrate")(refine.calibrate)
app.command("feedback")(feedback.feedback)
app.command("forget")(forget.forget)
app.command("retain")(retain.retain)
app.command("replay")(replay.replay)
app.command("studio")(studio.studio)
app.command("reembed")(reembed.reembed)
app.add_typer(test.app, name="test")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"langgraph-coaching {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """What may be given without a command."""


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what it cannot show costs no answer
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="langgraph-coaching")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else Exit.DONE
    except KeyboardInterrupt:
        return Exit.STOPPED
    except CoachingError as error:
        # Escaped: rich would take the extra in "pip install 'langgraph-coaching[demo]'" for a style, and not show it.
        errors.print(f"[bold red]error:[/bold red] {escape(say_commands(str(error)))}", soft_wrap=True)
        return next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), Exit.USAGE)
    return Exit.DONE
