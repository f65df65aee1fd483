"""Cassettes of one test run: which of them tests ask for, what of them was played, and which nobody asks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.testing.cassette_name import CassettePaths, belongs_to_another, file_exists, read_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from langgraph_coaching.testing.vcr import VcrCassette


@dataclass(slots=True)
class _Tally:
    done: set[str] = field(default_factory=set)
    """Tests that ask for it and have passed."""
    recorded: set[str] = field(default_factory=set)
    """Tests that have recorded it."""
    requests: list[str] = field(default_factory=list)
    """Of each recording, one line."""
    played: set[int] = field(default_factory=set)


class CassetteSession:
    """Every cassette of one run, which several processes may share."""

    def __init__(self) -> None:
        self._tallies: dict[Path, _Tally] = defaultdict(_Tally)
        self._paths: dict[str, CassettePaths] = {}
        self._asking: dict[str, dict[str, CassettePaths]] = defaultdict(dict)
        """By path, and by the older path, without capitals: which tests ask for it."""
        self._opened: set[str] = set()
        """Tests that have opened theirs, which a fixture may have put elsewhere."""

    def open(self, paths: CassettePaths) -> None:
        """A test opens this cassette."""
        self.expect(paths)
        self._opened.add(paths.test)

    def expect(self, paths: CassettePaths) -> None:
        """A test asks for this cassette, whether it runs or not."""
        if (before := self._paths.get(paths.test)) is not None:
            for path in (before.path, before.old_path):
                self._asking[_casefolded(path)].pop(paths.test, None)
        self._paths[paths.test] = paths
        for path in (paths.path, paths.old_path):
            self._asking[_casefolded(path)][paths.test] = paths

    def locate(self, paths: CassettePaths) -> tuple[Path, Path]:
        """Where a test's cassette is written, and where it is read."""
        if file_exists(paths.digest_path):
            return paths.digest_path, paths.digest_path
        path = paths.digest_path if (contested := self._is_contested(paths)) else paths.path
        old = paths.old_path
        if not file_exists(path) and file_exists(old) and not (contested and old == paths.path):
            if paths.old_is_certain and paths.path.parent == old.parent:
                return old, old
            if not any(old in (each.path, each.old_path) for each in self._other_tests(paths, old)):
                return path, old
        return path, path

    def readers(self) -> dict[Path, set[str]]:
        """The tests that ask for each cassette."""
        found: dict[Path, set[str]] = defaultdict(set)
        for test, paths in self._paths.items():
            found[self.locate(paths)[1].resolve()].add(test)
        return found

    def recorded_by_others(self, paths: CassettePaths) -> bool:
        """Whether other tests of this run have recorded the same cassette already."""
        return bool(self._tallies[self.locate(paths)[0].resolve()].recorded - {paths.test})

    def add_passed(self, path: Path, test: str, cassette: VcrCassette) -> None:
        """A test has passed, and played or recorded this cassette."""
        tally = self._tallies[path.resolve()]
        if cassette.replays:
            tally.done.add(test)
            tally.requests = [f"{request.method} {request.path}" for request in cassette.requests]
            tally.played |= {index for index, count in cassette.play_counts.items() if count}
        else:
            tally.recorded.add(test)

    def unused_recordings(self) -> Iterator[str]:
        """One line for each recording that was not played, of cassettes all of whose tests have passed."""
        readers = self.readers()
        for path, tally in sorted(self._tallies.items()):
            if tally.done and tally.done == readers[path]:
                for index, request in enumerate(tally.requests):
                    if index not in tally.played:
                        yield (
                            f"{path}: recording {index + 1} of {len(tally.requests)} ({request}) was never played; "
                            "record it anew with --coaching-record=rewrite"
                        )

    def orphans(self, folders: Iterable[Path]) -> Iterator[str]:
        """One line for each cassette below these folders that no test asks for."""
        asked = {path.resolve() for paths in self._paths.values() for path in self.locate(paths)}
        for folder in folders:
            for path in sorted(folder.resolve().rglob("*.yaml")):
                if path not in asked:
                    yield f"{path}: no test asks for it; delete it, or name the test that should"

    def to_message(self) -> dict[str, Any]:
        """What this process knows, in values that another process can be sent."""
        paths = [{name: _plain_value(value) for name, value in asdict(each).items()} for each in self._paths.values()]
        tallies = {
            str(path): {"done": [*tally.done], "requests": tally.requests, "played": [*tally.played]}
            for path, tally in self._tallies.items()
        }
        return {"paths": paths, "opened": [*self._opened], "tallies": tallies}

    def merge_message(self, message: dict[str, Any]) -> None:
        """Takes in what another process of the run knows.

        Args:
            message: As its `to_message` gave it.
        """
        opened = set(message["opened"])
        for each in message["paths"]:
            if each["test"] in opened or each["test"] not in self._opened:
                located = {name: Path(each[name]) for name in ("path", "digest_path", "old_path")}
                self.expect(CassettePaths(**{**each, **located}))
        self._opened |= opened
        for path, told in message["tallies"].items():
            tally = self._tallies[Path(path)]
            tally.done |= set(told["done"])
            tally.played |= set(told["played"])
            tally.requests = told["requests"] or tally.requests

    def _is_contested(self, paths: CassettePaths) -> bool:
        """Whether another test has the path: by what this run asks for, or by what is there."""
        if belongs_to_another(paths.path, paths.owner):
            return True
        if paths.owner and read_owner(paths.path) == paths.owner:
            return False
        alone = paths.path.name == paths.path.name.lower()
        return any(
            (each.path == paths.path and each.owner and paths.owner)
            or (each.path != paths.path and not alone and _casefolded(each.path) == _casefolded(paths.path))
            for each in self._other_tests(paths, paths.path)
        )

    def _other_tests(self, paths: CassettePaths, path: Path) -> Iterator[CassettePaths]:
        """The other tests that ask for a path, or for one that differs in nothing but capitals."""
        return (each for test, each in self._asking[_casefolded(path)].items() if test != paths.test)


def _casefolded(path: Path) -> str:
    return str(path).casefold()


def _plain_value(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
