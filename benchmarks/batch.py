"""Measure how fast many incidents are ranked, next to peers and to an earlier version.

    python benchmarks/batch.py inside [--providers 1000 10000 100000] [--rows N] [--pairs 5]
    python benchmarks/batch.py whole [--providers 1000 10000] [--rows 1000000] [--pairs 5]
    python benchmarks/batch.py sample --before CHECKOUT [--rows 200000] [--pairs 5]

``inside`` measures the engines within one process, ``whole`` processes from CSV to CSV against
DuckDB and PostGIS, ``sample`` this checkout against another one on the sample provider file.

The protocol was fixed before the first run:

- World of ``inside`` and ``whole``: ``batch_world`` with its seed. Every row needs one service;
  opening hours, weights, vehicle classes, client lists and head starts decide on all sides.
- Sizes: 1,000, 10,000 and 100,000 providers. The compiled engine and its peers rank 200,000 rows
  (DuckDB at 100,000 providers: 20,000), the plain engine 50,000. The naive loop ranks 20,000 rows
  divided by the number of providers, 20 times, at least one row each time.
- Output: the ids of ranks 1 to 5 and their order_min, on every side.
- Threads: two for the compiled engine, DuckDB and cKDTree; one for the plain engine and the naive
  loop.
- Cells: ours are ``index.cells.STEP_DEG`` wide with at most ``MOST_ENTRIES`` entries, at every
  number of providers. DuckDB's are 0.5 degrees wide, so that the join stays in memory. cKDTree
  starts at k = 32 and doubles k for every row whose first places are not proven.
- Peers look opening hours up as one bit for each hour of the four weeks. That is exact, because in
  this world every change is on a full hour. Their tables are made before the clock starts. So are
  our providers, offers and groups of rows; our cells are made while the clock runs ("cells made on
  the way") or were made by an earlier run ("again").
- Naive loop: ``eligibility``'s gates in their order and ``ranking.rate`` for every provider, then
  one sort.
- Correctness comes before time. ``inside`` compares the ids of the plain engine with the desk's and
  the naive loop's on 200,000 / providers rows (at least 3), and every other side's with the plain
  engine's on 2,000,000 / providers + 200 rows. ``whole`` compares every row with DuckDB's, and the
  rows that PostGIS ranks with PostGIS's. The peers do not know the tie rule: at most one row in a
  thousand may differ, and only by the order of the same ids.
- PostGIS ranks the first 100,000 rows, because a million take minutes; the time of one row is
  compared.
- ``sample`` compares every cell of both outputs: texts are equal, numbers differ by less than
  1e-9. No row may be rejected.
- Wall time. The sides run in turn (A B A B); a ratio is the median of the pairs, with its range.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import batch_inside, batch_sample, batch_whole


def main() -> None:
    """Run one of the three parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("inside", "whole", "sample"))
    parser.add_argument("--providers", type=int, nargs="+", metavar="N")
    parser.add_argument("--rows", type=int, metavar="N")
    parser.add_argument("--pairs", type=int, default=5, metavar="N")
    parser.add_argument(
        "--before", type=Path, metavar="CHECKOUT", help="checkout to compare with; sample needs it"
    )
    options = parser.parse_args()
    if options.part == "inside":
        sizes = options.providers or (1_000, 10_000, 100_000)
        batch_inside.run(sizes, options.rows or batch_inside.ROWS, options.pairs)
    elif options.part == "whole":
        sizes = options.providers or (1_000, 10_000)
        batch_whole.run(sizes, options.rows or batch_whole.ROWS, options.pairs)
    elif options.before is None:
        parser.error("sample needs --before CHECKOUT, a checkout of the commit to compare with")
    else:
        batch_sample.run(options.before, options.rows or batch_sample.ROWS, options.pairs)


if __name__ == "__main__":
    main()
