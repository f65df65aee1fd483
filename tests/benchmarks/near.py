"""How many of the nearest does a large store have to read? What is found among so many, against all of them.

    python tests/benchmarks/near.py --data ../shared/data [--vectors FOLDER] [--asked 500] [--counts 24 32 40 48 64 96]

Stores and situations are those of `first_stage.py`. A large store reads the coachings whose prototypes are nearest, by
LanceDB's index; which ones are the likeliest is only known once they are read and fitted.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from data import options
from first_stage import FIRST, stores
from rich.console import Console
from rich.table import Table
from vectors import EMBEDDERS, Vectors

from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.head import take_rows
from langgraph_coaching.recall.scoring.situation_vector import SituationVector

if TYPE_CHECKING:
    from intents import Coached


def nearest(coached: Coached, vector: np.ndarray, count: int) -> Coached:
    """A store of those whose prototypes are nearest."""
    kept = np.sort(np.argpartition(-(coached.fits.prototypes @ vector), count)[:count])
    other = copy(coached)
    other.heads, other.fits = [coached.heads[i] for i in kept], take_rows(coached.fits, kept.tolist())
    return other


def main() -> None:
    """Prints the table."""
    asked = options(__doc__, data=True, vectors=True)
    asked.add_argument("--asked", type=int, default=500)
    asked.add_argument("--counts", type=int, nargs="+", default=[24, 32, 40, 48, 64, 96])
    asked.add_argument("--embedder", choices=EMBEDDERS, default="minilm")
    given = asked.parse_args()
    vectors = Vectors(given.embedder, given.vectors)
    made, texts = stores(given.data, vectors, given.asked)
    background = vectors.background
    places = [SituationVector(one, background.crowding_of(one)) for one in vectors(texts)]
    vectors.save()
    names = ("applied the same", f"first {FIRST}", "first 10", "all likely enough", "all candidates")
    table = Table("store", "nearest read", *names, title=f"against all of the store; {len(texts):,} situations")
    for name, coached in made.items():
        whole = coached.candidates(places)
        for count in given.counts:
            same = []
            for place, full in zip(places, whole, strict=True):
                near = nearest(coached, place.vector, count)
                (found,) = near.candidates([place])
                ids, wanted = ([one.head.coaching.id for one in some] for some in (found, full))
                likely = sum(one.probability >= Limits().floor for one in full)
                applied = [coached.applied(some, Limits()) for some in (found, full)]
                firsts = [set(wanted[:n]) <= set(ids) for n in (FIRST, 10, likely, len(wanted))]
                same.append([applied[0] == applied[1], *firsts])
            shares = (f"{share:.1%}" for share in np.mean(same, axis=0))
            table.add_row(name, str(count), *shares)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
