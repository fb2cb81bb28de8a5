import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import assert_one_line


@pytest.fixture
def three(tmp_path, draw_number):
    """A folder of three pictures of numbers, named by their texts."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("2758.jpg", "3380.jpg", "502272.png"):
        draw_number(name[:-4]).save(folder / name)
    return folder


TRUTH = ["2758", "3380", "502272"]


def texts(ran):
    """What a batch has printed, without the names of files."""
    return [line.rpartition(": ")[2] for line in ran.out.splitlines()]


def test_the_picture_of_the_readme(run):
    ran = run("read", Path(__file__).parents[2] / "docs" / "number.jpg")
    assert (ran.code, ran.out, ran.err) == (0, "8205373\n", "")


def test_the_samples_are_read_right(run, samples):
    for path in samples.iterdir():
        assert run("read", path).out == f"{path.stem}\n"


def test_folders_patterns_and_standard_input(run, three):
    assert run("read", "in").out.splitlines() == [
        "in/2758.jpg: 2758",
        "in/3380.jpg: 3380",
        "in/502272.png: 502272",
    ]
    assert texts(run("read", "in/*.jpg")) == TRUTH[:2]
    assert run("read", "-", stdin=(three / "2758.jpg").read_bytes()).out == "2758\n"


def test_json_is_what_the_interface_says(run, three):
    ran = run("read", "in", "--json")
    assert [row["text"] for row in ran.json] == TRUTH
    row = ran.json[2]
    assert set(row) == {
        "file", "page", "page_size", "bbox", "text", "value", "confidence", "rejected", "state",
        "digits", "alternatives",
    }  # fmt: skip
    assert row["file"] == "in/502272.png"
    assert row["page"] == 0
    assert len(row["bbox"]) == 4
    assert 0 < row["confidence"] <= 1
    assert row["rejected"] is False
    assert row["state"] == "sure"
    assert set(row["digits"][0]) == {"char", "p", "bbox", "rejected", "kind"}
    assert row["alternatives"][0] == {"text": "502272", "p": row["confidence"]}


def test_one_bad_file_does_not_stop_the_rest(run, three):
    (three / "4-bad.png").write_bytes(b"no picture")
    ran = run("read", "in", "nothing.png", "--json")
    assert ran.code == 1
    assert [row.get("text") for row in ran.json] == [*TRUTH[:2], None, TRUTH[2], None]
    assert "not a picture" in ran.json[2]["error"]
    assert ran.json[4] == {"file": "nothing.png", "error": "no such file"}
    assert len(ran.err.splitlines()) == 3
    last = ran.err.splitlines()[-1]
    assert last.startswith(
        "5 pictures, 3 numbers: 3 sure (0.0 of them expected to be wrong), 0 to "
    )
    assert last.endswith("2 files could not be read")


def test_an_empty_page_is_an_empty_result(run, tmp_path):
    Image.new("L", (200, 100), 255).save(tmp_path / "empty.png")
    ran = run("read", "empty.png")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "digitwise: empty.png: no digits found\n"
    assert run("read", "empty.png", "--json", "-o", "out.csv").out == ""
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == ['"empty.png",0,,,,,,,,']


def test_an_interrupted_batch_keeps_what_was_read(tmp_path, three):
    for i in range(400):
        (three / f"{i:03}.jpg").write_bytes((three / "2758.jpg").read_bytes())
    process = subprocess.Popen(
        [sys.executable, "-m", "digitwise", "read", "in", "-o", "out.csv"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("digitwise: stopped after ")
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert 2 <= len(rows) < 400
    assert f"after {len(rows) - 1:,} results" in err
    assert (tmp_path / "out.csv.unfinished").exists()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_batch_that_was_killed_goes_on(run, tmp_path, three, suffix):
    for i in range(200):
        (three / f"{i:03}.jpg").write_bytes((three / "2758.jpg").read_bytes())
    whole, out = tmp_path / f"whole{suffix}", tmp_path / f"out{suffix}"
    assert run("read", "in", "-o", whole.name).code == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "digitwise", "read", "in", "-o", out.name],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(10):
        process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)
    assert not out.exists()
    journal = tmp_path / f"out{suffix}.unfinished"
    assert journal.exists()
    spelt = tmp_path / "other" / ".." / "in"
    (tmp_path / "other").mkdir()
    assert run("read", spelt, "-o", out.name, "--resume", "--count", "4").code == 1
    ran = run("read", "./in/", "-o", out.name, "--resume")
    assert ran.code == 0
    assert len(ran.out.splitlines()) <= 203 - 9
    assert out.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"in", "other", whole.name, out.name}


def test_a_name_without_pictures_leaves_table_and_journal_as_they_are(run, tmp_path, three):
    assert run("read", "in", "-o", "out.csv").code == 0
    table = (tmp_path / "out.csv").read_bytes()
    (tmp_path / "out.csv.unfinished").write_bytes(b"kept")
    (tmp_path / "empty").mkdir()
    for name, said in (("inn", "inn: no such file"), ("empty", "a folder with no pictures in it")):
        for more in ((), ("--resume",), ("--replace",)):
            assert_one_line(run("read", name, "-o", "out.csv", *more), 1, said)
    assert (tmp_path / "out.csv").read_bytes() == table
    assert (tmp_path / "out.csv.unfinished").read_bytes() == b"kept"


def test_a_batch_goes_on_however_its_folder_is_spelt(run, tmp_path, three):
    (three / "more").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "digitwise", "read", "in", "--watch", "-o", "out.csv"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert [process.stdout.readline() for _ in TRUTH][2] == "in/502272.png: 502272\n"
    (three / "more" / "0.jpg").write_bytes((three / "2758.jpg").read_bytes())
    assert process.stdout.readline() == "in/more/0.jpg: 2758\n"
    process.kill()
    process.communicate(timeout=60)
    (three / "more" / "1.jpg").write_bytes((three / "2758.jpg").read_bytes())
    ran = run("read", three / "more" / "..", "-o", "out.csv", "--resume", "--replace")
    assert texts(ran) == [TRUTH[0]]
    assert "5 pictures, 5 numbers" in ran.err
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 6


def test_a_watched_folder(run, tmp_path, three):
    for arguments in (["--watch"], ["--watch", "-o", "-"]):
        assert "needs -o FILE" in run("read", "in", *arguments).err
    assert "expected folders" in run("read", "in/2758.jpg", "--watch", "-o", "out.csv").err
    (tmp_path / "empty").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "digitwise", "read", "empty", "--watch", "-o", "out.csv"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for k in range(2):
        (tmp_path / "empty" / f"{9 - k}.jpg").write_bytes((three / "2758.jpg").read_bytes())
        assert process.stdout.readline() == f"empty/{9 - k}.jpg: 2758\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume goes on" in err
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [row["file"] for row in rows] == ["empty/9.jpg", "empty/8.jpg"]


def test_a_batch_goes_on_as_it_was_begun(run, tmp_path, three):
    assert "needs -o FILE" in run("read", "in", "--resume").err
    ran = run("read", "in", "-o", "out.csv", "--resume")
    assert ran.code == 1
    assert (
        ran.err == "digitwise: there is no out.csv.unfinished to go on with: leave out --resume\n"
    )
    journal = tmp_path / "out.csv.unfinished"
    journal.write_text("nonsense\n")
    assert "is damaged" in run("read", "in", "-o", "out.csv", "--resume").err
    assert run("read", "in", "-o", "out.csv").code == 0
    assert not journal.exists()


def test_layout_digit_reads_single_digits(run, tmp_path, mnist):
    folder = tmp_path / "digits"
    folder.mkdir()
    test = mnist[1][:20]
    for i, image in enumerate(test.images):
        Image.fromarray(255 - image if i % 2 else image).save(folder / f"{i:02}.png")
    ran = run("read", "digits", "--layout", "digit")
    assert ran.code == 0
    right = [a == str(b) for a, b in zip(texts(ran), test.labels, strict=True)]
    assert sum(right) >= 19


def test_numbers_of_another_count_are_rejected(run, three):
    ran = run("read", "in", "--count", "6")
    assert texts(ran) == ["????", "????", "502272"]
    assert "1 sure (0.0 of them expected to be wrong), 0 to look at, 2 rejected" in ran.err
    assert texts(run("read", "in", "--count", "4-6")) == TRUTH
    rejected = run("read", "in/2758.jpg", "--count", "5", "--json").json[0]
    assert (rejected["text"], rejected["rejected"]) == ("2758", True)
    assert (rejected["state"], rejected["confidence"]) == ("rejected", 0)


def test_a_pattern_adds_its_signs_and_rejects_other_numbers(run, three):
    assert run("read", "in/2758.jpg", "--pattern", "D{2}.D{2}").out.split() == ["27.58"]
    row = run("read", "in/2758.jpg", "--pattern", "DD/DD", "--json").json[0]
    assert row["text"] == row["alternatives"][0]["text"] == "27/58"
    assert [digit["char"] for digit in row["digits"]] == list("2758")
    ran = run("read", "in/2758.jpg", "--pattern", "D{9}", "-o", "out.txt")
    assert ran.out.split() == ["????"]
    for options, message in (
        (["--pattern", "[a]"], "expected a pattern as DDDDD"),
        (["--pattern", "D", "--count", 1], "leave out the count"),
    ):
        ran = run("read", "in", *options)
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.err


def test_two_processes_print_what_one_prints(run, tmp_path, draw_number):
    (tmp_path / "in").mkdir()
    for k in range(9):
        draw_number("302", seed=k).resize((180, 110)).save(tmp_path / "in" / f"{k}.png")
    alone = run("read", "in", "--jobs", 1)
    both = run("read", "in", "--jobs", 2)
    assert (both.code, both.out, both.err) == (alone.code, alone.out, alone.err)
    assert alone.out.count("302\n") >= 7


def test_crops_writes_every_digit_as_a_picture(run, three, tmp_path):
    for _ in range(2):  # the second time, those of the first are there and are not read
        assert run("read", "in", "--crops", "in/cut").code == 0
    names = sorted(path.name for path in (tmp_path / "in" / "cut").iterdir())
    assert len(names) == sum(map(len, TRUTH))
    assert "2758.jpg.number1.1.is2.digit.png" in names
    with Image.open(tmp_path / "in" / "cut" / "2758.jpg.number1.1.is2.digit.png") as image:
        assert image.size == (28, 28)
        assert image.getpixel((0, 0)) == 255  # black on white
        assert np.asarray(image).min() < 50


def test_a_pdf_file_with_an_overlay(run, three, tmp_path, draw_number):
    first, second = (draw_number(text) for text in ("2758", "502"))
    first.save(tmp_path / "two.pdf", "PDF", save_all=True, append_images=[second], resolution=150)
    ran = run("read", "two.pdf", "--overlay", "seen", "--json")
    assert [(row["page"], row["text"]) for row in ran.json] == [(0, "2758"), (1, "502")]
    names = {path.name for path in (tmp_path / "seen").iterdir()}
    assert names == {"two.pdf.overlay.png", "two.pdf.page1.overlay.png"}


def test_max_error_rejects_by_a_calibrated_threshold(run, three, tmp_path):
    small = ("train", "--data", "digits", "--epochs", 8, "--out")
    ran = run(*small, "net.safetensors", "--validation", 500)
    assert "validation" in ran.out
    read = ("read", "in", "--model", "net.safetensors", "--max-error")
    ran = run(*read, 0.05, "--json")
    assert ran.code == 0
    for row in ran.json:
        assert row["rejected"] == any(digit["rejected"] for digit in row["digits"])
    assert all(row["state"] == ("rejected" if row["rejected"] else "sure") for row in ran.json)
    shown = texts(run(*read, 0.05, "-o", "out.txt"))
    for text, row in zip(shown, ran.json, strict=True):
        digits = zip(text, row["digits"], strict=True)
        assert all((char == "?") == digit["rejected"] for char, digit in digits)
    assert (tmp_path / "out.txt").read_text().split() == shown
    assert_one_line(run(*read, 1e-9), 1, "500 held-out answers can vouch for")
    run(*small, "plain.safetensors")
    uncalibrated = run("read", "in", "--model", "plain.safetensors", "--max-error", 0.1)
    assert_one_line(uncalibrated, 1, "never measured on held-out digits")


def test_tables_are_written_in_each_format(run, three, tmp_path):
    (three / "bad.png").write_bytes(b"")
    for suffix in ("csv", "json", "jsonl", "txt"):
        assert run("read", "in", "-o", f"out.{suffix}").code == 1
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [row["text"] for row in rows] == [*TRUTH, ""]
    x0, _, x1, _ = map(int, rows[0]["box"].split())
    assert 0 < x0 < x1 < 620
    assert "not a picture" in rows[3]["error"]
    assert [r.get("text") for r in json.loads((tmp_path / "out.json").read_text())] == [
        *TRUTH,
        None,
    ]
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line).get("text") for line in lines] == [*TRUTH, None]
    assert (tmp_path / "out.txt").read_text().split() == TRUTH


def test_overlay_draws_each_page(run, three, tmp_path):
    assert run("read", "in", "--overlay", "seen").code == 0
    names = {path.name for path in (tmp_path / "seen").iterdir()}
    assert names == {f"{path.name}.overlay.png" for path in three.iterdir()}


def test_overlays_take_no_other_pictures_name(run, three):
    (three / "sub").mkdir()
    content = (three / "2758.jpg").read_bytes()
    (three / "sub" / "2758.jpg").write_bytes(content)
    before = {path: path.read_bytes() for path in three.rglob("*") if path.is_file()}
    for _ in range(2):  # the second time, the overlays are there and are not read
        assert texts(run("read", "in", "--overlay", "in")) == [*TRUTH, TRUTH[0]]
    assert {path: path.read_bytes() for path in before} == before
    added = {path.name for path in three.iterdir()} - {path.name for path in before}
    assert added == {
        "sub",
        "2758.jpg.overlay.png",
        "2758.jpg.2.overlay.png",
        "3380.jpg.overlay.png",
        "502272.png.overlay.png",
    }


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "files"),
        (["x.png", "--layout", "circle"], "digit"),
        (["x.png", "--count", "many"], "5 or 3-6"),
        (["x.png", "--count", "6-3"], "5 or 3-6"),
        (["x.png", "-o", "out.docx"], ".csv"),
        (["x.png", "-o", "no/where.csv"], "no folder"),
        (["x.png", "--pictures"], "needs -o"),
        (["x.png", "--max-error", "2"], "between 0 and 1"),
        (["x.png", "--layout", "digit", "--count", "2"], "leave out --count"),
    ],
)
def test_wrong_usage_exits_with_2(run, arguments, part):
    ran = run("read", *arguments)
    assert ran.code == 2
    assert part.lower() in ran.err.lower()


def test_failures_are_one_line(run, tmp_path, three):
    (tmp_path / "folder").mkdir()
    (tmp_path / "evil.safetensors").write_bytes(b"\x80\x04\x95 a pickle")
    assert_one_line(run("read", "nothing.png"), 1, "nothing.png: no such file")
    assert_one_line(run("read", "folder"), 1, "no pictures in it")
    assert_one_line(run("read", ""), 1, "no such file")
    assert_one_line(run("read", "two\nlines.png"), 1, "two lines.png: no such file")
    assert_one_line(run("read", "x" * 5000), 1, "xxx: ")
    (tmp_path / "loop").symlink_to("loop")
    assert_one_line(run("read", "loop"), 1, "loop: ")
    (tmp_path / "folder" / "gone.png").symlink_to("nowhere.png")
    assert_one_line(run("read", "folder"), 1, "gone.png: no such file")
    taken = run("read", three / "2758.jpg", "--overlay", "evil.safetensors")
    assert_one_line(taken, 1, "evil.safetensors")
    assert_one_line(run("read", "-", stdin=b""), 1, "standard input is empty")
    assert_one_line(run("read", three / "2758.jpg", "--model", "nothing"), 1, "no model")
    evil = run("read", three / "2758.jpg", "--model", "evil.safetensors")
    assert_one_line(evil, 1, "is a pickle: refused")
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    assert_one_line(run("read", "cut.png"), 1, "cut.png")


def test_a_folder_that_cant_be_made_is_refused_before_anything_is_read(run, tmp_path, three):
    (tmp_path / "afile").write_text("")
    for option in ("--overlay", "--crops"):
        ran = run("read", "in", option, "afile/x", "-o", "t.csv")
        assert_one_line(ran, 1, "can't make the folder afile/x")
        assert not (tmp_path / "t.csv").exists()
        assert not (tmp_path / "t.csv.unfinished").exists()


def test_a_picture_is_not_replaced_by_the_table(run, three):
    (three / "a.csv").write_bytes((three / "2758.jpg").read_bytes())
    before = (three / "a.csv").read_bytes()
    for replace, code, error in (
        ([], 1, "not written here"),
        (["--replace"], 2, "is one of the pictures"),
    ):
        ran = run("read", "in/a.csv", "-o", "in/a.csv", *replace)
        assert ran.code == code
        assert error in ran.err
        assert not (three / "a.csv.unfinished").exists()
    assert (three / "a.csv").read_bytes() == before
