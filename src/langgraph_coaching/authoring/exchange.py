"""The exchanger: coachings out into a folder of text files, and back in from one."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from langgraph_coaching.authoring.coaching_files import list_files, read_file, read_files, write_file
from langgraph_coaching.authoring.exported import Exported
from langgraph_coaching.authoring.file_name import file_name_of
from langgraph_coaching.authoring.imported import Imported
from langgraph_coaching.authoring.lineage import lineage_of
from langgraph_coaching.authoring.merge import Merge, merge_coaching
from langgraph_coaching.authoring.overtaking import change_on_top
from langgraph_coaching.coaching.model import Status
from langgraph_coaching.coaching.text_writer import write_coaching
from langgraph_coaching.errors import InvalidCoachingError, StoreError
from langgraph_coaching.storage.storable import check_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.authoring.merge import Side
    from langgraph_coaching.authoring.repository import Repository
    from langgraph_coaching.coaching.exchange import CoachingText
    from langgraph_coaching.coaching.model import Coaching


Form = Literal["coachings", "dify", "ada"]
"""What `import_` takes: coachings as text, or another product's export."""


class Exchanger:
    """Exchange of coachings between a store and a folder, for review in git and for other stores.

    Args:
        repository: The coachings.
        namespace: Theirs; a file names none.
    """

    def __init__(self, repository: Repository, namespace: str) -> None:
        self._repository = repository
        self._namespace = namespace

    def export(self, folder: str | os.PathLike[str], *, notes: bool = False, force: bool = False) -> Exported:
        """Writes one text file a coaching, archived ones too, for review in git and for `import_`.

        Only what changed is written; files of coachings that are gone are removed. A file that was edited and not
        imported yet is left as it is, and so is whatever this did not write.

        Args:
            folder: Made where it is not there; one for each namespace.
            notes: Private notes go along.
            force: Files that were edited and not imported are written over too.

        Returns:
            What was written, removed and kept; prints as text.

        Raises:
            InvalidCoachingError: The folder cannot be written to.
            StoreError: The store could not be read.
        """
        check_path(folder)
        place, result = Path(folder).expanduser(), Exported(folder=str(folder))
        histories = self._repository.histories()
        wanted = {file_name_of(name): history for name, history in histories.items() if _is_there(history)}
        try:
            place.mkdir(parents=True, exist_ok=True)
            for name, history in sorted(wanted.items()):
                if history is not None:  # else a newer version has written it: its file stays
                    self._export_one(place / name, history, result, notes=notes, force=force)
            for path in list_files(place):
                if path.name not in wanted:
                    self._remove_one(path, result, force=force)
        except OSError as error:
            raise InvalidCoachingError(
                f"cannot write to {folder}: {error.strerror or error}; give a folder that you may write to"
            ) from None
        return result

    def _export_one(self, path: Path, history: list[Coaching], result: Exported, *, notes: bool, force: bool) -> None:
        text = write_coaching(history[-1], lineage_of(history)[:-1], notes=notes)
        if path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode():
            result.unchanged.append(path.name)
            return
        try:
            present = read_file(path, self._namespace) if os.path.lexists(path) and not force else None
        except InvalidCoachingError as error:
            result.kept[path.name] = str(error)
            return
        if present is not None and merge_coaching(present, history) != Merge():
            result.kept[path.name] = "says what the store does not say"
        else:
            write_file(path, text)
            result.written.append(path.name)

    def _remove_one(self, path: Path, result: Exported, *, force: bool) -> None:
        """Removes a file that an export wrote, for a coaching that is gone, or under another name."""
        try:
            text = read_file(path, self._namespace)
        except InvalidCoachingError:
            return
        if text.digest is None:
            return
        if text.edited and not force:
            result.kept[path.name] = "was edited, and there is no such coaching any more"
        else:
            path.unlink()
            result.removed.append(path.name)

    def import_(
        self,
        folder: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        prefer: Side | None = None,
        progress: Callable[[int], None] | None = None,
        format: Form | None = None,  # noqa: A002 - as `import_traces` calls it
        status: Status = "draft",
        changed_by: str | None = None,
    ) -> Imported:
        """Brings in the coachings of a folder that `export` has written, here or in another store, perhaps edited.

        What was changed in a file only becomes the next revision; what was changed in the store only stays; of what was
        changed in both, fields that do not overlap are merged, and where they do nothing is written: a conflict. A file
        that is gone archives nothing. Where a file cannot be read, none is imported.

        Of a file (or a folder of files) that another product has exported, each record becomes a coaching, a draft at
        first: `dify` for annotations, `ada` for the coachings that were used in conversations. Bringing in the same
        again adds nothing; what was changed there since becomes the next revision, by the same rules. What cannot be
        read is told with its row, and the rest is imported.

        Args:
            folder: With the files.
            dry_run: Say only what would be done.
            prefer: `file` or `store`: whose word counts where there is a conflict.
            progress: Called with the number embedded so far.
            format: `coachings`, `dify` or `ada`; by what is in the files when None.
            status: Of what is new from another product: `draft`, `active` or `archived`.
            changed_by: Who imports, for the history.

        Returns:
            What was added, changed, left alone, and the conflicts field by field; prints as text.

        Raises:
            InvalidCoachingError: Some files cannot be read; the message names each, its line and what to do.
            StoreError: The store could not be read or written.
        """
        if prefer not in (None, "file", "store"):
            raise InvalidCoachingError(f"prefer is 'file' or 'store', not {prefer!r}")
        if status not in (known := get_args(Status)):
            raise InvalidCoachingError(f"status is one of {', '.join(known)}, not {status!r}")
        check_path(folder)
        place, result = Path(folder).expanduser(), Imported(folder=str(folder), dry_run=dry_run)
        form = form_of(place) if format is None else format
        if form not in (forms := get_args(Form)):
            raise InvalidCoachingError(f"format is one of {', '.join(forms)}, not {form!r}")
        if form == "coachings":
            work = partial(self._import_once, read_files(place, self._namespace), result, prefer, progress, changed_by)
        else:
            from langgraph_coaching.authoring.records.importer import import_records
            from langgraph_coaching.authoring.records.reader import read_records

            result.status = status
            options: dict[str, Any] = {"status": status, "prefer": prefer, "by": changed_by, "progress": progress}
            records = read_records(place, form)
            work = partial(import_records, records, result, self._repository, self._namespace, **options)
        change_on_top(self._repository.locks, work)
        return result

    def _import_once(
        self,
        texts: list[CoachingText],
        result: Imported,
        prefer: Side | None,
        progress: Callable[[int], None] | None,
        by: str | None,
    ) -> None:
        histories = self._repository.histories()
        merges: dict[str, Merge] = {}
        for text in texts:
            history = histories.get(text.coaching.id, [])
            if history is None:
                raise StoreError(f"a newer version has written {text.coaching.id}; upgrade langgraph-coaching first")
            merges[text.coaching.id] = merge_coaching(text, history, prefer)
        result.take(merges, {name for name, history in histories.items() if history})
        if not result.dry_run:
            told = {} if by is None else {"changed_by": by}
            written = [one.coaching.model_copy(update=told) for one in merges.values() if one.coaching is not None]
            self._repository.write(written, progress)


def form_of(place: Path) -> Form:
    """What a file or folder holds: coachings as text, unless it is without a doubt another product's export."""
    if list_files(place):
        return "coachings"
    from langgraph_coaching.authoring.records.reader import product_of

    return product_of(place) or "coachings"


def _is_there(history: list[Coaching] | None) -> bool:
    return history is None or not history[-1].deleted
