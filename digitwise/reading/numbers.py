"""`Numbers`: the numbers of a picture, a list that shows itself in notebooks."""

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING

from digitwise.imaging.pictures import Source
from digitwise.reading.number import Number

if TYPE_CHECKING:
    from PIL.Image import Image


class Numbers(list[Number]):
    """The numbers of a picture, in reading order.

    Attributes
    ----------
    source : as for `Reader.read`, or None
        The picture, to be shown again. Copies, pickles and results of `read_together` and
        `read_many` keep it only if it is a path, so that many results hold no pictures.
    page_sizes : list of (int, int)
        Width and height of each page, in pixels; also of pages without numbers.
    """

    def __init__(
        self,
        numbers: Iterable[Number] = (),
        source: "Source | None" = None,
        page_sizes: Iterable[tuple[int, int]] = (),
    ) -> None:
        super().__init__(numbers)
        self.source = source
        self.page_sizes = list(page_sizes)

    def __reduce__(self) -> "tuple[type[Numbers], tuple[object, ...]]":
        """Pickle and copy the numbers and the path of their picture."""
        return Numbers, (list(self), path_of(self.source), self.page_sizes)

    def show(self, page: int = 0) -> "Image":
        """Return an image of a page with boxes, readings and the network's view of each digit.

        Raises
        ------
        InputError
            If the picture isn't known, or has no such page.
        ImageError
            If it can't be opened any more.
        """
        from digitwise.display.numbers import show

        return show(self, page)

    def _repr_html_(self) -> str:
        from digitwise.display.numbers import as_html

        return as_html(self)


def path_of(source: "Source | None") -> "Source | None":
    """Return a source that is a path, or a list of paths; None for others."""
    each = source if isinstance(source, list | tuple) else [source]
    return source if all(isinstance(one, str | PathLike) for one in each) else None
