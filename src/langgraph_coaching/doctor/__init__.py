"""Doctor: what is the matter with a store, and what to do about each thing; what is safe is repaired.

`check` looks at what coachings say; the doctor looks at how they are kept.

| word | file |
|---|---|
| problem: one thing that is the matter, and its remedy | `problem` |
| diagnosis: all of them, and what else there is to know | `diagnosis` |
| doctor: looks at everything, and repairs | `doctor` |
| … whether it may be read | `permissions` |
| … the folder, its disk, its locks, what a durable coach has left in it | `folder` |
| … its schema version: newer than this process knows, earlier, damaged | `schema` |
| … which tables there may be | `every_table` |
| … each table: whether all of it can be read, and is in few files | `tables` |
| … records: of a newer version, without vectors, of nobody | `records` |
| … the packages that are installed | `packages` |

```python
diagnosis = coach.doctor()
print(diagnosis.healthy)  # whether nothing has to be done
diagnosis = coach.doctor(repair=True)  # puts small files together, embeds what has no vector, ...
```
```text
True
```

| problem | remedy | `repair=True` |
|---|---|---|
| `absent`, `no_folder` | the right address; what is in its place moved away | |
| `unreadable` | rights for the user that this process runs as; nothing is damaged | |
| `schema` | an upgrade of this process; a note where the store is earlier: the first write migrates it | migrated |
| `unreadable_table` | the folder from a copy; what is only derived is computed anew | derived tables: moved aside |
| `unreadable_record` | an upgrade of this process, or the record from a copy | |
| `duplicate_key` | the folder from a copy, or the report of a bug | rows that are equal: one of them stays |
| `embedder` | the right embedder, or `reembed` | |
| `no_vector` | `reembed` | embedded |
| `unknown_coaching` (a note) | none: they are of coaching that was erased | |
| `small_files` | put together | put together |
| `held_lock` | an end of the process that holds it, if it hangs | |
| `spool` | opening the store, which writes what a loss of power had left unwritten | |
| `paused` | `coach.resume()` | |
| `disk` | free space | |
| `unwritable` | a folder or a disk that this process cannot write: advice goes on, nothing is kept | |
| `package` | `pip install -U` of what is too old | |

Nothing that is repaired takes anything away that cannot be computed again: a damaged table that is moved aside lies in
the folder `.damaged` beside the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.lazy import attach

if TYPE_CHECKING:
    from langgraph_coaching.doctor.diagnosis import Diagnosis
    from langgraph_coaching.doctor.problem import Problem

__all__ = ["Diagnosis", "Problem"]

__getattr__, __dir__ = attach(__name__, {"Diagnosis": "diagnosis", "Problem": "problem"})
