import io
import multiprocessing

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import DigitwiseError, ImageError
from digitwise.reading import batch
from digitwise.reading.batch import FEW, read_all


@pytest.fixture(scope="module")
def sources(tmp_path_factory, draw_number):
    """More pictures than one process reads: 3 digits each, a broken file and a missing one."""
    folder = tmp_path_factory.mktemp("batch")
    found = []
    for k in range(FEW + 6):
        path = folder / f"{k}.png"
        draw_number(["302", "758", "235"][k % 3], seed=k).resize((180, 110)).save(path)
        found.append((f"{k}.png", path))
    (folder / "broken.png").write_bytes(b"no picture")
    found.insert(FEW + 2, ("broken", folder / "broken.png"))
    found.insert(FEW + 4, ("missing", ImageError("no such file")))
    content = io.BytesIO()
    Image.fromarray(np.full((40, 40), 255, np.uint8)).save(content, "PNG")
    found.append(("empty", content))
    return found


def told(results):
    return [
        (name, str(found) if isinstance(found, Exception) else [n.to_dict() for n in found])
        for name, _, found in results
    ]


def test_processes_read_as_one_does_and_in_order(sources, reader):
    alone = told(read_all(reader, None, sources, {"layout": "number"}, jobs=1))
    assert [name for name, _ in alone] == [name for name, _ in sources]
    found = dict(alone)
    assert "not a picture" in found["broken"]
    assert found["missing"] == "no such file"
    assert found["empty"] == []
    assert found["0.png"][0]["text"] == "302"
    assert told(read_all(reader, None, sources, {"layout": "number"}, jobs=2)) == alone


def test_what_is_given_up_leaves_no_process_behind(sources, reader):
    results = read_all(reader, None, sources, {}, jobs=2)
    for _ in range(FEW + 1):
        next(results)
    assert multiprocessing.active_children()
    results.close()
    assert not multiprocessing.active_children()


def test_a_process_that_dies_is_an_error(sources, monkeypatch, reader):
    monkeypatch.setattr(batch, "_begin", _die)
    with pytest.raises(DigitwiseError, match="--jobs 1"):
        list(read_all(reader, None, sources, {}, jobs=2))


def _die(_model):
    import os

    os._exit(1)


def test_large_files_are_refused(monkeypatch, sources, reader):
    monkeypatch.setattr(batch, "MOST_INPUT", 10)
    (_, _, found), *_ = read_all(reader, None, sources[:1], {}, jobs=1)
    assert isinstance(found, ImageError)
    assert "files of at most 10 are read" in str(found)
