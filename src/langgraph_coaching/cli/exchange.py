"""Commands that move things: `export` and `import`, of coachings as files and of recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from langgraph_coaching.authoring.coaching_files import list_files
from langgraph_coaching.authoring.exchange import Form, form_of
from langgraph_coaching.cli import recordings, render
from langgraph_coaching.cli.behavior_options import Author, author_of
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.merge import Side
    from langgraph_coaching.authoring.merge_fields import FieldConflict
    from langgraph_coaching.coaching.model import Status


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made where it is not there.")],
    notes: Annotated[bool, typer.Option("--notes", help="Private notes go along.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over files that were edited and not imported, too.")
    ] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Write coachings as text files, one for each.

    They are for review in git and for other stores: one file a coaching, archived ones too. Only what changed is
    written, and files of coachings that are gone are removed. Edit them by hand, then
    `langgraph-coaching import FOLDER`, into this store or another one.

    Example: langgraph-coaching export coachings
    """
    with open_coach(store, namespace, embeddings) as coach:
        found = coach.export(folder, notes=notes, force=force)
    if as_json:
        fields = ("folder", "written", "removed", "unchanged", "kept")
        render.print_json({name: getattr(found, name) for name in fields})
    else:
        render.print_line(str(found))


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A folder that `export` has written, another product's export, or recorded runs (file or folder).",
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Coachings: say only what would be done.")] = False,
    prefer: Annotated[
        str | None,
        typer.Option(metavar="SIDE", help="Coachings: whose word counts in a conflict, `file` or `store`."),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Coachings: dify (annotations) or ada (used_coaching); seen by itself in CSV and in what their APIs "
            "answer. Runs: openai (the default: messages of any provider), langsmith, langfuse, openinference, otel or "
            "debug_stream.",
        ),
    ] = None,
    new_status: Annotated[
        str,
        typer.Option(
            "--status", metavar="STATUS", help="Of what is new from dify or ada: `draft`, `active` or `archived`."
        ),
    ] = "draft",
    author: Author = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="Runs: the users in it were simulated.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Bring in exported coachings, or recorded runs as traces.

    A folder with .yaml files, or one such file, holds coachings. What was changed in a file only becomes the next
    revision, what was changed in the store only stays, and what was changed in both is merged; where the same field was
    changed in both, nothing of that coaching is written, it is shown as a conflict, and the exit code is 2. If a file
    cannot be read, none is imported.

    Annotations of Dify (CSV, or the JSON of its API) and conversations of Ada with used_coaching become coachings too,
    as drafts that are not recalled until `promote ID`, or with --status active at once. Each keeps its id
    from there: importing again adds nothing, and what was changed there since becomes the next revision. What cannot
    be read is named by its row, and the rest is imported.

    Anything else holds runs: one JSON document, JSON rows as lines, or documents one after another, perhaps with gzip.
    What can be repaired is repaired, what cannot be read or is missing is reported by row. Importing a file again adds
    nothing. `langgraph-coaching calibrate` then tells coachings apart from what else is said in them.

    Example: langgraph-coaching import coachings --dry-run
    """
    form = form_of(file) if format_ is None else format_
    if form not in get_args(Form) or (form == "coachings" and format_ is None and not list_files(file)):
        if dry_run or prefer is not None:
            raise InvalidCoachingError(
                f"--dry-run and --prefer are for coachings; {file} is no folder with .yaml files"
            )
        recordings.import_recordings(file, format_ or "openai", simulated, store, namespace, as_json)
        return
    side = cast("Side | None", prefer)
    with open_coach(store, namespace, embeddings) as coach, render.errors.status("importing") as status:
        found = coach.import_(
            file,
            dry_run=dry_run,
            prefer=side,
            progress=lambda count: status.update(f"importing: {count:,} changed coachings"),
            format=cast("Form", form),
            status=cast("Status", new_status),
            changed_by=author_of(author),
        )
    if as_json:
        told = {name: [_as_dict(one) for one in conflicts] for name, conflicts in found.conflicts.items()}
        render.print_json(
            {
                "folder": found.folder,
                "dry_run": found.dry_run,
                "added": [one.id for one in found.added],
                "changed": found.changed,
                "unchanged": found.unchanged,
                "conflicts": told,
                "findings": [
                    {"file": f.file, "row": f.row, "kind": f.kind, "message": f.message} for f in found.findings
                ],
            }
        )
    else:
        render.print_line(say_commands(str(found)))
    if found.conflicts:
        raise typer.Exit(Exit.USAGE)


def _as_dict(conflict: FieldConflict) -> dict[str, Any]:
    return {name: _as_json(getattr(conflict, name)) for name in ("field", "base", "file", "store")}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_json(one) for one in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value
