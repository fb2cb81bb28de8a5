"""HEIC, the format of phones' pictures: opened by the extra that decodes it."""

from pathlib import Path
from typing import BinaryIO

from digitwise.errors import ImageError

BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def is_heic(source: Path | BinaryIO) -> bool:
    """Whether a file is HEIC, by its content. A binary file is left at its start."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            start = file.read(12)
    else:
        source.seek(0)
        start = source.read(12)
        source.seek(0)
    return start[4:8] == b"ftyp" and start[8:] in BRANDS


def teach_pillow() -> None:
    """Have Pillow open HEIC files.

    Raises
    ------
    ImageError
        If the package is missing that can: it says how to come by it, or do without.
    """
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise ImageError(
            "a HEIC picture: pip install 'digitwise[heic]', or convert it to JPEG (on a Mac: sips "
            "-s format jpeg IN.heic --out OUT.jpg; with ImageMagick: magick IN.heic OUT.jpg)"
        ) from None
    register_heif_opener()
