import io

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError
from digitwise.imaging.pictures import open_pages, open_pictures


def pdf_of(pages, **options):
    """A PDF file of pictures, at 100 dots per inch."""
    content = io.BytesIO()
    first, *others = pages
    first.save(content, "PDF", save_all=True, append_images=others, resolution=100, **options)
    return content.getvalue()


def test_pages_are_rendered_at_200_dots_per_inch(tmp_path, draw_number):
    pages = [draw_number("502"), draw_number("38")]
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of(pages))
    for source in (path, str(path), io.BytesIO(path.read_bytes())):
        found = list(open_pictures(source))
        assert [picture.page for picture in found] == [0, 1]
        for picture, page in zip(found, pages, strict=True):
            assert abs(picture.width - 2 * page.width) <= 2
            assert abs(picture.height - 2 * page.height) <= 2


def test_numbers_of_a_pdf_file(draw_number, reader):
    numbers = reader.read(io.BytesIO(pdf_of([draw_number("502"), draw_number("783")])))
    assert [(n.page, n.text) for n in numbers] == [(0, "502"), (1, "783")]


def test_a_huge_page_is_rendered_coarser():
    page = Image.new("L", (6000, 5000), 255)
    (found,) = open_pages(io.BytesIO(pdf_of([page])))
    assert found.width * found.height <= 20_100_000
    assert found.width / found.height == pytest.approx(1.2, abs=0.01)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.4\n" + bytes(range(256)) * 40], ids=["empty", "noise"]
)
def test_damaged_pdf_files_are_refused(content):
    with pytest.raises(ImageError, match="can't be opened: it is damaged"):
        list(open_pictures(io.BytesIO(content)))


def test_a_file_cut_short_is_an_error_or_what_is_left(draw_number):
    whole = pdf_of([draw_number("502")])
    errors = []
    for share in np.linspace(0.1, 0.95, 8):
        try:
            list(open_pictures(io.BytesIO(whole[: int(share * len(whole))])))
        except ImageError as error:
            errors.append(str(error))
    assert all("PDF" in error for error in errors)


def test_too_many_pages(monkeypatch, draw_number):
    monkeypatch.setattr("digitwise.imaging.pictures.MOST_PAGES", 1)
    page = draw_number("5")
    with pytest.raises(ImageError, match="2 pages; 1 to 1 are read"):
        list(open_pictures(io.BytesIO(pdf_of([page, page]))))
