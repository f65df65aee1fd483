"""The library: which cassettes a test run has asked for, what of them was played, and which nobody asks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langgraph_coaching.testing.cassette_name import of_another, owner_in, there

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from langgraph_coaching.testing.cassette_name import CassettePlace
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
    """Every cassette of one run."""

    def __init__(self) -> None:
        self._books: dict[Path, _Tally] = defaultdict(_Tally)
        self._places: dict[str, CassettePlace] = {}
        self._asked: dict[str, dict[str, CassettePlace]] = defaultdict(dict)
        """By path, and by the older path, without capitals: which tests ask for it."""

    def expect(self, place: CassettePlace) -> None:
        """A test asks for this cassette, whether it runs or not."""
        if (before := self._places.get(place.test)) is not None:
            for path in (before.path, before.old):
                self._asked[_folded(path)].pop(place.test, None)
        self._places[place.test] = place
        for path in (place.path, place.old):
            self._asked[_folded(path)][place.test] = place

    def where(self, place: CassettePlace) -> tuple[Path, Path]:
        """Where a test's cassette is written, and where it is read."""
        if there(place.other):
            return place.other, place.other
        path = place.other if (contested := self._contested(place)) else place.path
        if not there(path) and there(place.old) and not (contested and place.old == place.path):
            if place.certain and place.path.parent == place.old.parent:
                return place.old, place.old
            if not any(place.old in (each.path, each.old) for each in self._rivals(place, place.old)):
                return path, place.old
        return path, path

    def readers(self) -> dict[Path, set[str]]:
        """The tests that ask for each cassette."""
        found: dict[Path, set[str]] = defaultdict(set)
        for test, place in self._places.items():
            found[self.where(place)[1].resolve()].add(test)
        return found

    def others(self, place: CassettePlace) -> bool:
        """Whether other tests of this run have recorded the same cassette already."""
        return bool(self._books[self.where(place)[0].resolve()].recorded - {place.test})

    def returned(self, path: Path, test: str, tape: VcrCassette) -> None:
        """A test has passed, and played this tape."""
        tally = self._books[path.resolve()]
        if tape.replays:
            tally.done.add(test)
            tally.requests = [f"{request.method} {request.path}" for request in tape.requests]
            tally.played |= {index for index, count in tape.play_counts.items() if count}
        else:
            tally.recorded.add(test)

    def unused(self) -> Iterator[str]:
        """One line for each recording that was not played, of cassettes all of whose tests have passed."""
        readers = self.readers()
        for path, tally in sorted(self._books.items()):
            if tally.done and tally.done == readers[path]:
                for index, request in enumerate(tally.requests):
                    if index not in tally.played:
                        yield (
                            f"{path}: recording {index + 1} of {len(tally.requests)} ({request}) was never played; "
                            "record it anew with --coaching-record=rewrite"
                        )

    def orphans(self, folders: Iterable[Path]) -> Iterator[str]:
        """One line for each cassette below these folders that no test asks for."""
        asked = {path.resolve() for place in self._places.values() for path in self.where(place)}
        for folder in folders:
            for path in sorted(folder.resolve().rglob("*.yaml")):
                if path not in asked:
                    yield f"{path}: no test asks for it; delete it, or name the test that should"

    def _contested(self, place: CassettePlace) -> bool:
        """Whether another test has the path: by what this run asks for, or by what is there."""
        if of_another(place.path, place.owner):
            return True
        if place.owner and owner_in(place.path) == place.owner:
            return False
        alone = place.path.name == place.path.name.lower()
        return any(
            (each.path == place.path and each.owner and place.owner)
            or (each.path != place.path and not alone and _folded(each.path) == _folded(place.path))
            for each in self._rivals(place, place.path)
        )

    def _rivals(self, place: CassettePlace, path: Path) -> Iterator[CassettePlace]:
        """The other tests that ask for a path, or for one that differs in nothing but capitals."""
        return (each for test, each in self._asked[_folded(path)].items() if test != place.test)


def _folded(path: Path) -> str:
    return str(path).casefold()
