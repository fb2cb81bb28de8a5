import copy
import io
import itertools
import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitwise as dw
from digitwise.errors import DigitwiseError, ImageError, InputError
from digitwise.reading import batch, workers
from digitwise.reading.batch import FEW, TOGETHER
from digitwise.reading.numbers import Numbers


@pytest.fixture(scope="module")
def sources(tmp_path_factory, draw_number):
    """More pictures than one process reads, of every kind; a broken file and a missing one."""
    folder = tmp_path_factory.mktemp("batch")
    found = []
    for k in range(FEW + 6):
        path = folder / f"{k}.png"
        image = draw_number(["302", "758", "235"][k % 3], seed=k).resize((180, 110))
        image.save(path)
        kinds = [path, str(path), path.read_bytes(), image, np.asarray(image), [path, image]]
        found.append(kinds[k % len(kinds)])
    (folder / "broken.png").write_bytes(b"no picture")
    found.insert(FEW + 2, folder / "broken.png")
    found.insert(FEW + 4, ImageError("not to be had"))
    content = io.BytesIO()
    Image.fromarray(np.full((40, 40), 255, np.uint8)).save(content, "PNG")
    found.append(content)
    return found


def told(results):
    return [
        str(found) if isinstance(found, Exception) else [n.to_dict() for n in found]
        for found in results
    ]


def test_processes_read_as_one_does_and_in_order(sources, reader, monkeypatch):
    alone = told(reader.read_many(sources, layout="number"))
    assert len(alone) == len(sources)
    assert "not a picture" in alone[FEW + 2]
    assert alone[FEW + 4] == "not to be had"
    assert alone[-1] == []
    texts = [[number["text"] for number in one] for one in alone if isinstance(one, list)]
    assert texts[:6] == [["302"], ["758"], ["235"], ["302"], ["758"], ["235", "235"]]
    assert alone[:6] == told(reader.read(source, "number") for source in sources[:6])
    monkeypatch.setattr(batch, "TOGETHER", 1)
    monkeypatch.setattr(batch, "AHEAD", 1)
    assert told(reader.read_many(sources, layout="number", jobs=2)) == alone


def test_results_know_where_pictures_are_and_hold_none(sources, reader):
    results = list(reader.read_many(sources[:6], jobs=1))
    assert all(isinstance(found, Numbers) for found in results)
    assert [found.source for found in results] == [*sources[:2], None, None, None, None]
    assert next(iter(reader.read_many([[sources[0], sources[1]]]))).source == list(sources[:2])


def test_pictures_are_taken_a_few_ahead_of_any_number(draw_number, reader):
    image = np.asarray(draw_number("302").resize((180, 110)))
    taken = itertools.count()
    results = reader.read_many((image for _ in taken), layout="number")
    assert [n.text for n in next(results)] == ["302"]
    assert next(taken) <= TOGETHER + 1
    large = np.full((500, 500), 255, np.uint8)
    taken = itertools.count()
    results = reader.read_many(large for _ in taken)
    assert [next(results) for _ in range(3)] == [[], [], []]
    assert next(taken) <= 4


def test_files_may_be_closed_when_the_next_is_asked_for(tmp_path, draw_number, reader):
    paths = [tmp_path / f"{k}.png" for k in range(3)]
    for path in paths:
        draw_number("302").resize((180, 110)).save(path)

    def files():
        for path in paths:
            with path.open("rb") as file:
                file.read()  # it is read from its start all the same
                yield file
        for path in paths:
            with Image.open(path) as image:
                yield image
        yield file

    *found, closed = reader.read_many(files(), layout="number")
    assert [[n.text for n in numbers] for numbers in found] == [["302"]] * 6
    assert "closed file" in str(closed)


def test_what_is_no_picture_is_an_error_in_its_place(reader, tmp_path):
    (tmp_path / "a.txt").write_text("7")
    white = np.full((40, 40), 255, np.uint8)
    with (tmp_path / "a.txt").open() as text:
        given = [white, None, text, object(), np.full((9, 9), -1), [white, "nothing"], [[white]], 7]
        for jobs in (1, 2):
            first, *errors = told(reader.read_many([*given, *([white] * FEW)], jobs=jobs))
            assert first == []
            for error, wanted in zip(
                errors,
                ["NoneType", '"rb"', "object", "found -1", "2 of 2: no such", "item 1", "int"],
                strict=False,
            ):
                assert wanted in error
            assert errors[len(given) - 1 :] == [[]] * FEW


@pytest.mark.parametrize(
    ("sources", "options", "message"),
    [
        ("a.png", {}, r"found one \(str\), which read"),
        (np.zeros((40, 40)), {}, r"found one \(ndarray\)"),
        (np.zeros((40, 60, 3)), {}, r"found one \(ndarray\)"),
        (Path("scans"), {}, r"found one \(PosixPath\)"),
        (io.BytesIO(), {}, r"found one \(BytesIO\)"),
        (7, {}, r"found one \(int\)"),
        ([], {"jobs": 0}, "one process or more.*found 0"),
        ([], {"layout": "page"}, "unknown layout 'page'"),
        ([], {"form": "nothing.toml"}, "nothing.toml"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(reader, sources, options, message):
    with pytest.raises(DigitwiseError, match=message):
        reader.read_many(sources, **options)


def test_arrays_of_pictures_and_of_paths(reader):
    white = np.full((2, 40, 40), 255, np.uint8)
    assert list(reader.read_many(white)) == [[], []]
    (found,) = reader.read_many(np.array(["nothing.png"]))
    assert "no such file" in str(found)


def test_an_option_that_is_not_there(reader):
    with pytest.raises(TypeError, match="layuot"):
        reader.read_many([], layuot="number")


def test_what_is_given_up_leaves_no_process_behind(sources, reader):
    results = reader.read_many(sources, jobs=2)
    for _ in range(FEW + 1):
        next(results)
    assert multiprocessing.active_children()
    results.close()
    assert not multiprocessing.active_children()


def test_processes_that_die_at_once_are_an_error(sources, monkeypatch, reader):
    monkeypatch.setattr(workers, "_begin", _die)
    with pytest.raises(DigitwiseError, match="--jobs 1"):
        list(reader.read_many(sources, jobs=2))


@pytest.mark.parametrize(
    "error", [OSError("handle is closed"), ValueError("bad value(s) in fds_to_keep")]
)
def test_a_pool_that_closes_while_it_gets_a_task_is_replaced(error, sources, monkeypatch, reader):
    make_pool, pools = workers.make_pool, []

    def fail(*_arguments):
        raise error

    def make_closing_pool(*arguments):
        pools.append(make_pool(*arguments))
        if len(pools) == 1:
            monkeypatch.setattr(pools[0], "submit", fail)
        return pools[-1]

    monkeypatch.setattr(workers, "make_pool", make_closing_pool)
    found = list(reader.read_many(sources, jobs=2))
    assert len(pools) == 2
    assert told(found) == told(reader.read_many(sources, jobs=1))


def _die(_reader):
    import os

    os._exit(1)


def test_a_picture_that_ends_its_process_is_set_aside(draw_number, monkeypatch, reader, tmp_path):
    monkeypatch.setattr(workers, "_read", _read_or_die)
    image = draw_number("302").resize((180, 110))
    paths = [tmp_path / f"{k:02}.png" for k in range(16)]
    for path in paths:
        image.save(path)
    deadly = [0, 10]
    for k in deadly:
        image.save(paths[k].with_name(f"deadly{k}.png"))
        paths[k] = paths[k].with_name(f"deadly{k}.png")
    found = list(reader.read_many(paths, layout="number", jobs=2))
    errors = [k for k, result in enumerate(found) if isinstance(result, ImageError)]
    assert errors == deadly
    assert "ended the process" in str(found[10])
    assert [n.text for k in range(16) if k not in deadly for n in found[k]] == ["302"] * 14


def test_a_single_deadly_picture_can_be_kept_from_this_process(monkeypatch, reader, tmp_path):
    monkeypatch.setattr(workers, "_read", _read_or_die)
    path = tmp_path / "deadly.png"
    path.touch()
    for jobs in (1, 2):
        (found,) = reader.read_many([path], layout="number", jobs=jobs, isolated=True)
        assert isinstance(found, ImageError)
        assert "ended the process" in str(found)


def _read_or_die(sources, options):
    if any("deadly" in str(source) for source in sources):
        _die(None)
    return workers.read_some(workers._own[0], sources, options)


def test_large_files_are_refused(monkeypatch, sources, reader):
    monkeypatch.setattr(batch, "MOST_INPUT", 10)
    found, *_ = reader.read_many(sources[:1])
    assert isinstance(found, ImageError)
    assert "files of at most 10 are read" in str(found)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_reader_pickles_and_copies_and_reads_bit_for_bit_alike(draw_number, compiled):
    reader = dw.Reader(compiled=compiled)
    page = draw_number("502378")
    wanted = told([reader.read(page)])
    content = pickle.dumps(reader)
    assert len(content) < 1.2 * sum(p.nbytes for p in _parameters(reader))
    for again in (pickle.loads(content), copy.copy(reader), copy.deepcopy(reader)):
        assert told([again.read(page)]) == wanted
        assert again.compiled == compiled
        assert again.threshold(0.1) == reader.threshold(0.1)


def _parameters(reader):
    networks = reader.network.members
    if reader.compiled:
        networks = [member.__reduce__()[1][0] for member in networks]
    # The weighing has the second network, too.
    networks = [*networks, reader.weighing.second, reader.weighing.signs]
    return [p for network in networks for p in (*network.weights, *network.biases)]


def test_numbers_pickle_without_their_picture(reader, draw_number, tmp_path):
    page = draw_number("235")
    numbers = reader.read(page)
    assert numbers.source is page
    again = pickle.loads(pickle.dumps(numbers))
    assert again == numbers
    assert (type(again), again.source) == (Numbers, None)
    page.save(tmp_path / "a.png")
    numbers = reader.read(tmp_path / "a.png")
    assert copy.deepcopy(numbers).source == tmp_path / "a.png"


def test_pages_of_a_list_are_one_picture(reader, draw_number):
    first, second = (draw_number(text) for text in ("235", "758"))
    numbers = reader.read([first, np.asarray(second)], "number")
    assert [(n.text, n.page) for n in numbers] == [("235", 0), ("758", 1)]
    assert reader.read([]) == []
    with pytest.raises(ImageError, match=r"item 1 of a list"):
        reader.read(np.asarray(first).tolist())
    with pytest.raises(InputError, match="unknown layout"):
        reader.read([], "page")
