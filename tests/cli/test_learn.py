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
