import pytest

from digitwise.cli.saving import Output
from digitwise.errors import InputError

ROWS = [{"file": "a.png", "error": "damaged"}]


@pytest.fixture
def output(tmp_path):
    return Output(tmp_path / "t.csv", ".csv")


def test_a_table_is_replaced_as_long_as_it_is_as_it_was_written(output):
    output.write(ROWS)
    first = output.path.read_bytes()
    output.check()
    output.write(ROWS)
    assert output.path.read_bytes() == first
    output.write([*ROWS, *ROWS])
    output.check()
    output.path.write_bytes(first + b"\n")
    for attempt in (output.check, lambda: output.write(ROWS)):
        with pytest.raises(InputError, match="--replace"):
            attempt()
    assert output.path.read_bytes() == first + b"\n"
    assert [path.name for path in output.path.parent.iterdir()] == ["t.csv"]
    Output(output.path, ".csv", replace=True).write(ROWS)
    assert output.path.read_bytes() == first


def test_a_table_that_was_not_written_here_is_not_replaced(output, tmp_path, monkeypatch):
    output.path.write_text("")
    output.check()  # an empty file is nobody's work
    output.write(ROWS)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    with pytest.raises(InputError, match="not written here"):
        output.check()


def test_a_table_that_is_written_when_the_process_is_killed(output, monkeypatch):
    """It may be killed between the note of the rows and the writing."""
    output.write(ROWS)
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", _die)
        with pytest.raises(ZeroDivisionError):
            output.write([*ROWS, *ROWS])
    output.check()
    output.write([*ROWS, *ROWS])
    assert len(output.path.read_text().splitlines()) == 3


def _die(self, target):
    if self.name.startswith(".t.csv"):
        raise ZeroDivisionError
    return self.rename(target)


def test_page_xml_is_a_file_a_page(tmp_path):
    out = Output(tmp_path / "t.page.xml", ".page.xml")
    out.write([{"file": f"{k}.png", "page": 0, "page_size": [9, 9]} for k in range(3)])
    names = ["t.page.xml", "t.2.page.xml", "t.3.page.xml"]
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    for k, name in enumerate(names):
        assert f'imageFilename="{k}.png"' in (tmp_path / name).read_text()
    out.write([{"file": f"{k}.png", "page": 0, "page_size": [9, 9]} for k in range(2)])
    assert {path.name for path in tmp_path.iterdir()} == set(names[:2])
    (tmp_path / "t.2.page.xml").write_text("mine")
    with pytest.raises(InputError, match=r"t\.2\.page"):
        out.check()
    with pytest.raises(InputError, match=r"t\.2\.page"):
        out.write([{"file": "0.png", "page": 0, "page_size": [9, 9]}])
    assert (tmp_path / "t.2.page.xml").read_text() == "mine"
    (tmp_path / "t.2.page.xml").rename(tmp_path / "t.3.page.xml")  # behind a gap
    with pytest.raises(InputError, match=r"t\.3\.page"):
        out.write([{"file": f"{k}.png", "page": 0, "page_size": [9, 9]} for k in range(3)])
    assert (tmp_path / "t.3.page.xml").read_text() == "mine"


def test_a_table_that_a_person_has_changed(run, tmp_path, draw_number):
    draw_number("250").save(tmp_path / "a.png")
    table = tmp_path / "t.csv"
    assert run("read", "a.png", "-o", "t.csv").code == 0
    assert run("read", "a.png", "-o", "t.csv").code == 0
    changed = table.read_text().replace("250", "256")
    table.write_text(changed)
    ran = run("read", "a.png", "-o", "t.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "t.csv was changed since it was written" in ran.err
    assert table.read_text() == changed
    assert not (tmp_path / "t.csv.unfinished").exists()
    assert run("read", "a.png", "-o", "t.csv", "--replace").code == 0
    assert "256" not in table.read_text()


NO_HOME = """
import platformdirs

def user_cache_dir(*_, **__):
    raise RuntimeError("could not determine the home directory")

platformdirs.user_cache_dir = user_cache_dir
"""


def test_a_user_without_a_home_gets_a_table_once_changed_never_replaced(run, tmp_path, draw_number):
    (tmp_path / "sitecustomize.py").write_text(NO_HOME)
    draw_number("250").save(tmp_path / "a.png")
    here = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)}
    for _ in range(2):
        assert run("read", "a.png", "-o", "t.csv", **here).code == 0
    (tmp_path / "t.csv").write_text("changed by a person")
    assert "was changed" in run("read", "a.png", "-o", "t.csv", **here).err
    (notes,) = tmp_path.glob("digitwise-*/tables")
    assert list(notes.iterdir())
