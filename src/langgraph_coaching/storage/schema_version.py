"""Schema version: what the tables of a store have to be read and written as; kept in the store, a row a migration."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from langgraph_coaching.errors import StoreError
from langgraph_coaching.storage.table import KEY

if TYPE_CHECKING:
    import pyarrow as pa
    from lancedb.table import Table

SCHEMA_VERSION = 1
"""What this version of the package writes; that of the last of `migrations.MIGRATIONS`."""

TABLE = "migrations"
"""Where it is kept; a table, since that is what every address has, and what is copied from one to another."""

_PACKAGE = "langgraph-coaching"


class SchemaVersion(NamedTuple):
    """That of one store."""

    number: int
    """Counts from 1."""
    readable_from: int
    """The earliest schema version whose processes still read this one right."""
    package: str
    """Version of the package that has made the store so; "" where nothing is written."""

    @classmethod
    def of_this(cls, number: int, readable_from: int) -> SchemaVersion:
        """One that this process makes."""
        return cls(number, readable_from, _installed())

    @property
    def is_readable(self) -> bool:
        """Whether this process reads it right."""
        return self.number <= SCHEMA_VERSION or self.readable_from <= SCHEMA_VERSION

    def check_readable(self, uri: str) -> None:
        """Refuses to read what a newer version means otherwise.

        Raises:
            StoreError: It does; the message says to upgrade.
        """
        if not self.is_readable:
            raise StoreError(f"{self._complaint(uri)}, so nothing is read or written here. {self._remedy()}")

    def check_writable(self, uri: str) -> None:
        """Refuses to write into what is newer.

        Raises:
            StoreError: It is; the message says to upgrade.
        """
        self.check_readable(uri)
        if self.number > SCHEMA_VERSION:
            raise StoreError(f"{self._complaint(uri)}: it can be read here, but not written. {self._remedy()}")

    def _complaint(self, uri: str) -> str:
        return (
            f"the coaching store at {uri} has schema version {self.number}, and this process ({_PACKAGE} "
            f"{_installed() or 'from its sources'}) knows versions up to {SCHEMA_VERSION}"
        )

    def _remedy(self) -> str:
        made = f" to {self.package} or later" if self.package else ""
        return f"Upgrade {_PACKAGE} here{made}, then start the process again; the store is as it was"


FIRST = SchemaVersion(1, 1, "")
"""Of every store in which none is written."""


def ledger_schema() -> pa.Schema:
    """Of the table."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("key", pa.string(), nullable=False, metadata=KEY),
            pa.field("version", pa.int32(), nullable=False),
            pa.field("readable_from", pa.int32(), nullable=False),
            pa.field("package", pa.string(), nullable=False),
        ]
    )


def row_of(reached: SchemaVersion) -> dict[str, Any]:
    """Says that a version is reached; two that write it at once make one row."""
    number, readable_from, package = reached
    return {"key": str(number), "version": number, "readable_from": readable_from, "package": package}


def read_version(ledger: Table) -> SchemaVersion:
    """The latest version that is written in the table.

    Raises:
        RuntimeError: Its latest manifest is damaged; LanceDB raises what it likes, too.
    """
    if int(ledger.version) < 1:  # what a manifest of zeros is read as
        raise RuntimeError(f"corrupt: the latest manifest of the table {TABLE} has no number")
    rows: list[dict[str, Any]] = ledger.search().select(list(row_of(FIRST))[1:]).limit(None).to_list()
    return max((SchemaVersion(**{"number": row.pop("version"), **row}) for row in rows), default=FIRST)


def _installed() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return ""
