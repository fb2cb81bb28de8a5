"""HEIC, the format of phones' pictures: opened through the extra [heic]."""

from pathlib import Path
from typing import BinaryIO

from digitwise.errors import ImageError

BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def is_heic(source: Path | BinaryIO) -> bool:
    """Tell by its content whether a file is HEIC. A binary file is left at its start."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            start = file.read(12)
    else:
        source.seek(0)
        start = source.read(12)
        source.seek(0)
    return start[4:8] == b"ftyp" and start[8:] in BRANDS


def teach_pillow() -> None:
    """Register the HEIC decoder with Pillow.

    Raises
    ------
    ImageError
        If the package of the extra is missing; the message says how to install it or do without.
    """
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise ImageError(
            "a HEIC picture: pip install 'digitwise[heic]', or convert it to JPEG (on a Mac: sips "
            "-s format jpeg IN.heic --out OUT.jpg; with ImageMagick: magick IN.heic OUT.jpg)"
        ) from None
    register_heif_opener()
