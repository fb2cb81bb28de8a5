import json

from tests.cli.conftest import assert_one_line


def test_too_few_corrections(run, tmp_path, draw_number):
    draw_number("250").save(tmp_path / "250.png")
    (tmp_path / "truth.json").write_text(json.dumps({"250.png": "250"}))
    ran = run("learn", ".")
    assert ran.code == 1
    assert "expected 8 corrected numbers or more" in ran.err
    assert "found 1 of 1" in ran.err
    assert not (tmp_path / "mine.safetensors").exists()
    assert_one_line(run("learn", "no.csv"), 1, "no.csv can't be read")
    assert "digitwise review" in ran.err
    assert run("learn", ".", "--out", "no/mine.safetensors").code == 2
    assert run("learn", ".", "--out", "mine.txt").code == 2


def test_a_file_that_exists_is_kept(run, tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(b"precious")
    assert "exists: give another name, or --replace" in run("learn", "no.csv").err
    assert "no.csv can't be read" in run("learn", "no.csv", "--replace").err
    assert (tmp_path / "mine.safetensors").read_bytes() == b"precious"


def test_rows_that_nothing_can_be_learnt_from_are_named(run, tmp_path, draw_number):
    draw_number("250").save(tmp_path / "250.png")
    row = {"file": "250.png", "bbox": [0, 0, 9, 9], "text": "250"}
    rows = [row, *({**row, "file": f"{k}.png"} for k in range(7))]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    ran = run("learn", "c.jsonl")
    assert ran.code == 1
    assert "left out: c.jsonl, line 2: there is no picture '0.png'" in ran.out
    assert "left out: 2 more" in ran.out
    assert "found 0 of 1" in ran.err or "found 1 of 1" in ran.err
