"""LanceDB: the connection, the tables, the background writer, and their upkeep.

Nothing here is public: a `Coach` opens its store by `uri`, a folder, `s3://…`, `gs://…`, `az://…` or `db://…`,
created by the first write. LanceDB stays the only truth: what another process saves is seen at the next call.

| word | file |
|---|---|
| remote faults: what an object store has answered, in few words | `remote_faults` |
| cloud: how LanceDB Cloud and Enterprise are reached, and what they have answered | `cloud`, `cloud_faults` |
| LanceDB's import: without what no store needs here | `lancedb_import` |
| database: the connection, opened late and read fresh | `database` |
| faults: whatever fails, in one kind of error that says what to do | `faults` |
| places: the folders that are open; one that is deleted and made anew is read anew | `places` |
| table: one class for the ten tables: schema, key and namespace; how rows are written and read | `table` |
| reading: a query, in one turn of LanceDB's loop | `reading` |
| storable: what is written and what is asked for, as a store can hold it; half characters become U+FFFD | `storable` |
| paging: the first rows that can be read | `paging` |
| row ids: rows by where they are, after a scan of small columns | `row_ids` |
| row: read one by one, so that one which is damaged or newer than this version harms no other | `rows` |
| locks: any number of processes may write a folder at once, but never while versions are taken away | `locks` |
| commit: the latest commit of a table in a folder, known again by its file | `commit` |
| writer: what a running graph leaves behind, written off its path, in order, in batches | `writer` |
| compaction: a table written in small pieces is put together again, and its superseded versions go | `compaction` |
| unused memory: what writes have freed goes back to the system | `unused_memory` |
| connection: LanceDB's own, never used in the child of a fork | `connection` |
| creation: a table with its first rows, in one commit | `creation` |
| columns: those that have come since an earlier version made a table | `columns` |
| schema version: what a store has to be read and written as; a newer one is refused, or read only | `schema_version` |
| migrations: what makes the rows of one schema version those of the next | `migrations` |
| upgrade: the migrations that are pending, done before the first write | `upgrade` |
| merging: rows written by their key | `merging` |
| retrying: a write that another overtook, a read whose files were superseded | `retrying` |
| durability: what `Coach(…, durable=True)` promises, kept | `durability` |
| spool: acknowledged writes on the disk, as data, until their tables are | `spool`, `on_disk` |
| recovery: spools of processes that are gone; done again, damaged commits set aside | `recovery`, `redo`, `set_aside` |
| at fork: what holds threads, locks or files of the parent begins anew in the child | `at_fork` |
| at exit: what is queued is written at the end of the process, then put together | `at_exit` |

**Writing.** Captured runs are stored by a background writer: one commit for all receipts of a batch and one for all
traces, about 500 runs a second on two cores (`tests/benchmarks/capture.py`). Nothing has to be called: what is queued
is written at the normal end of the process (in children of `multiprocessing` too), and if it cannot be, the log and
stderr say how many records were not written. `coach.flush()` waits until all of it is stored; `coach.close()` does
the same and lets go of the store. A server that is ended by a signal should close the coach itself, as the lifespan
in `examples/server/graphs.py` does.

**A loss of power.** LanceDB waits for no disk: what is acknowledged survives `kill -9`, and after a loss of power the
last seconds may be gone. `Coach("./coaching", durable=True)` promises those too: each save, edit, verdict, and each
batch of receipts and traces (so `coach.flush()`) returns once it is in a spool on the disk; seconds later the tables
themselves are, and the spool is emptied. Spools are `.durable/*.spool` beside the tables, readable by their owner only,
16 MB each at most, a length and a checksum for each record. Whoever opens the folder next, with or without `durable`,
does again what is missing, in its order, each once. What cannot be done again stays in `.durable/*.damaged`. Object
stores keep what they have taken anyway. A write costs one `fsync` more.

**What stays on disk.** A store stays as small as what is in it. A commit of LanceDB leaves about 70 KB whatever its
size, so a folder is put together again by the number of commits seen in it: in a thread of its own while there are
writes, once nobody writes, at `coach.close()` and at the end of a process, however short
(`tests/benchmarks/disk.py`). No row and no revision is dropped; superseded versions of a table go at once, so
LanceDB's own time travel (`checkout`) does not reach back: history, restore and replay do not need it. Where something
is erased (`coach.forget`), every row that stays is written anew at once, and all other files go: upkeep alone leaves
what was deleted in a file of which little was.

**LanceDB Cloud and Enterprise.** `Coach("db://name", storage_options={"api_key": …})` does what a folder does. The
service looks after its tables itself, so nothing is put together or indexed from here and `durable=True` adds nothing;
what was erased leaves the service's files, and its backups, when the service lets go of old versions
(`cleared` is False). All active coachings of a namespace are held in memory, however many. What it answers when
something is wrong is said in few words; the tests run against a server of the same protocol, not against the service.

**Many processes.** Any number may write one folder, provided they run this version or a later one: they hold a lock
(`.writing`, `.upkeep` beside the tables) together, which upkeep holds alone. On object stores, on Windows and where a
file system knows no locks, versions live an hour. A record that a newer version has written is left alone, named once
in the log, and everything else works. Asked for by name (`coach.get`, `coach.traces.get`), the error says to upgrade.
Of any number that change one coaching at once, those that were overtaken take turns (`.changing`): none fails.

**Schema versions.** A store has one, `schema_version.SCHEMA_VERSION`, in its table `migrations`: a row for each that
was done. A store without that table has version 1, as every store has until there is a second. What only adds nullable
columns needs none: the next write adds them, and earlier versions go on writing beside it. Where rows have to change, a
`Migration` is put behind the others, and says from which version on processes still read right what it leaves. A newer
process does those that are pending before its first write, alone, and says so in the log; killed in it, or two at once,
nothing is done by halves that the next does not finish. Reading migrates nothing. A process of an earlier version then
reads what it still reads right, and writes nothing; else it gives no advice, and its receipts, like every error while
authoring, say to upgrade. In a folder it notices at its next use; elsewhere when it opens the store: on an object
store, end older processes before newer ones write. `coach.doctor()` names the version and what is pending, and does
that with `repair=True`.
"""

__all__: list[str] = []
