"""What the columnar way reaches from CSV to CSV when nothing but clean rows come in.

    python benchmarks/batch_columns.py in.csv out.csv providers.toml

Reads with pyarrow, ranks with ``batch.arrow.rank_csv`` and writes the lines as they are: without
rejects, resume and checks, so that it bounds from below what ``dispatch batch`` can take.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    """Rank one file."""
    import pyarrow as pa
    from pyarrow import csv

    from benchmarks import batch_world
    from dispatch_cli import api
    from dispatch_cli.batch.arrow import SCHEMA, rank_csv
    from dispatch_cli.batch.compiled import CompiledEngine

    source, target, world = sys.argv[1:4]
    catalog = api.load(world, now=batch_world.START)
    engine = CompiledEngine(catalog, holidays=lambda region, years: ())
    types = {"lat": pa.float64(), "lon": pa.float64(), "weight_t": pa.float64(),
             "when": pa.timestamp("us", "UTC"), "id": pa.string()}  # fmt: skip
    reader = csv.open_csv(
        source,
        read_options=csv.ReadOptions(block_size=8 << 20),
        convert_options=csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, null_values=[""]
        ),
    )
    first = 1
    with open(target, "wb") as file:
        file.write((",".join(SCHEMA.names) + "\n").encode())
        for batch in reader:
            rows = pa.array(range(first, first + batch.num_rows), pa.int64())
            first += batch.num_rows
            numbered = batch.append_column("row", rows)
            for piece in rank_csv(engine, numbered):
                file.write(piece)


if __name__ == "__main__":
    main()
