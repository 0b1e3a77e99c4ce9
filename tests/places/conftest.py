"""A small imported gazetteer, and that of Germany if its file is present."""

from pathlib import Path

import pytest

from dispatch_cli.places import import_gazetteer

from .world import SHARED, geonames


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import the small gazetteer."""
    folder = tmp_path_factory.mktemp("towns")
    source = folder / "DE.txt"
    source.write_text(geonames(), encoding="utf-8")
    import_gazetteer(source, folder / "gazetteer.sqlite")
    return folder / "gazetteer.sqlite"


@pytest.fixture(scope="session")
def germany(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import the real file."""
    if not SHARED.exists():
        pytest.skip("the shared GeoNames file is not here")
    target = tmp_path_factory.mktemp("germany") / "gazetteer.sqlite"
    import_gazetteer(SHARED, target)
    return target
