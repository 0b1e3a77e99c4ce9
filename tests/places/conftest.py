"""A small imported gazetteer, and the whole of Germany where it is at hand."""

from pathlib import Path

import pytest

from dispatch_cli.places import import_gazetteer

from .world import SHARED, geonames


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazetteer of the small world."""
    folder = tmp_path_factory.mktemp("towns")
    source = folder / "DE.txt"
    source.write_text(geonames(), encoding="utf-8")
    import_gazetteer(source, folder / "gazetteer.sqlite")
    return folder / "gazetteer.sqlite"


@pytest.fixture(scope="session")
def germany(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gazetteer of the real file."""
    if not SHARED.exists():
        pytest.skip("the shared GeoNames file is not here")
    target = tmp_path_factory.mktemp("germany") / "gazetteer.sqlite"
    import_gazetteer(SHARED, target)
    return target
