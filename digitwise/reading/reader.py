"""`Reader`: pictures in, numbers out."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Unpack

from digitwise.data.digits import check_digit_network
from digitwise.errors import DigitwiseError, ImageError, InputError
from digitwise.imaging.arrays import CHANNELS
from digitwise.imaging.pictures import Source, open_pictures
from digitwise.models.committee import judge_of
from digitwise.models.files import Model
from digitwise.models.shipped import open_model
from digitwise.network import Network
from digitwise.reading.expected import Expected
from digitwise.reading.forms.description import Form, load_form
from digitwise.reading.how import How, Options
from digitwise.reading.numbers import Numbers, path_of
from digitwise.reading.page import Page, look, read_pages
from digitwise.reading.pattern import Pattern
from digitwise.reading.value import possible_values

LAYOUTS = ("auto", "number", "digit")
SIGNS = ("auto", "none")
MAX_ERROR = 0.01  # share of wrong numbers among the sure ones, if none is given
TOGETHER = 1_000_000  # pixels of the pages that share a call of the network


class Reader:
    """Reads handwritten numbers with a trained network.

    Pickles and copies read bit for bit alike, so that other processes can have one (joblib,
    multiprocessing).

    >>> reader = Reader()
    >>> reader.read(np.zeros((40, 40), np.uint8))  # an empty page
    []

    Parameters
    ----------
    model : path, name of a shipped network, or Network, optional
        The shipped default if not given.
    compiled : bool
        Use a `Predictor` of the network: several times faster, ready half a second later. Not
        worth it for a few pictures.

    Raises
    ------
    ModelError
        If there is no such model, or its file is damaged.
    InputError
        If the network doesn't have 784 inputs and 10 outputs.
    """

    def __init__(self, model: str | Path | Network | None = None, compiled: bool = True) -> None:
        found = Model(model) if isinstance(model, Network) else open_model(model)
        check_digit_network(found.network)
        self.compiled, self.weighing = compiled, found.weighing
        self.network, self.calibration = judge_of(found, compiled)

    def read(
        self,
        source: Source,
        layout: str = "auto",
        count: int | tuple[int, int] | None = None,
        max_error: float | None = None,
        pattern: str | Pattern | None = None,
        form: Form | str | Path | None = None,
        signs: str = "auto",
        decimal: str | None = None,
    ) -> Numbers:
        """Read the numbers of a picture, of all of its pages, in reading order.

        Parameters
        ----------
        source : path, bytes, binary file, PIL image or array, or a list or tuple of these
            Ink dark on light or light on dark. Arrays, and objects that offer one, have shape
            (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) and hold reals in [0, 1], booleans, or
            integers of 8 or 16 bits: see `digitwise.imaging.arrays.image_of`. The pages of a list
            follow one another as those of one file do. A page from `open_pictures` is a source too.
        layout : {"auto", "number", "digit"}
            Find every number; or take the picture for one number; or for exactly one digit.
        count : int or (least, most), optional
            Number of digits; a number that can't be read so is `rejected`.
        max_error : float, optional
            Highest share of wrong readings among the accepted ones, such as 0.001: less sure
            readings are rejected. See `Calibration.threshold`. They are numbers if the network has
            learnt to read numbers, else digits. Such a network always rejects numbers with a
            confidence of 0.7 or less. If not given, no more are rejected, but numbers below the
            threshold of 0.01 are not `sure`.
        pattern : str or Pattern, optional
            What a number looks like, such as "D{1-5}.DD": see `Pattern.parse`.
        form : Form, or path of its description, optional
            Read each page field by field; fields say how many digits there are.
        signs : {"auto", "none"}
            Whether minus, points, commas and slashes are a part of the text. A pattern has its own
            signs.
        decimal : {",", "."}, optional
            Decimal sign, where it is known: see `Number.value`.

        Returns
        -------
        Numbers
            A list of `Number`, empty for an empty page; notebooks show it with its picture.

        Raises
        ------
        ImageError
            If the picture can't be opened or is beyond the limits.
        InputError
            If the layout is unknown, count, pattern or form make no sense, or `max_error` is
            smaller than the network's calibration allows.
        """
        (found,) = self.read_together(
            [source], layout, count, max_error, pattern, form, signs, decimal
        )
        if isinstance(found, Exception):
            raise found
        found.source = source
        return found

    def read_many(
        self,
        sources: "Iterable[Source | DigitwiseError]",
        *,
        jobs: int | None = None,
        on: str | Executor | None = None,
        isolated: bool = False,
        **options: Unpack[Options],
    ) -> Iterator[Numbers | DigitwiseError | OSError]:
        """Read pictures one after the other, each as `read` does, and yield the result of each.

        Results come in the order of the pictures, as soon as they are ready. Only a few pictures
        are taken ahead, so that there may be any number. A dozen small ones share a call of the
        network.

        Parameters
        ----------
        sources : iterable
            Sources as for `read`. An error in place of a picture is passed on.
        jobs : int >= 1, optional
            Number of processes, by default one. Several take seconds to start, and pay off for
            hundreds of pictures; a script then needs `if __name__ == "__main__":`.
        on : "ray", "ray:ADDRESS" or Executor, optional
            Cluster that reads, by default with as many processes as it has room for. Its machines
            need the pictures at the same paths. See `digitwise.engines.remote.executor_on`.
        isolated : bool
            Read even one or few pictures in other processes, so that none can kill this one.
        **options
            As for `read`: layout, count, max_error, pattern, form, signs, decimal.

        Yields
        ------
        Numbers, or DigitwiseError or OSError
            The error of a picture that can't be read, or that killed another process, is not
            raised: the rest goes on.

        Raises
        ------
        InputError
            As `read`, for arguments that make no sense, at once; if `sources` is one picture.
        DigitwiseError
            If processes die before they read anything, or no cluster answers.
        """
        from digitwise.reading.batch import read_all

        _, form = self._how(**options)  # an error now, not when the first result is asked for
        if jobs is not None and (not isinstance(jobs, int) or jobs < 1):
            raise InputError(f"expected one process or more to read (jobs); found {jobs!r:.50}")
        if _is_single(sources):
            raise InputError(
                "expected many pictures, as a list or Path(...).glob(...); found one "
                f"({type(sources).__name__}), which read(...) takes"
            )
        return read_all(self, sources, {**options, "form": form}, jobs, on, isolated)

    def read_together(
        self,
        sources: Sequence[Source],
        layout: str = "auto",
        count: int | tuple[int, int] | None = None,
        max_error: float | None = None,
        pattern: str | Pattern | None = None,
        form: Form | str | Path | None = None,
        signs: str = "auto",
        decimal: str | None = None,
    ) -> list[Numbers | DigitwiseError | OSError]:
        """Read several pictures, each as `read` does; small ones share a call of the network.

        Returns
        -------
        list of Numbers, DigitwiseError or OSError
            The numbers of each source, or its error.

        Raises
        ------
        InputError
            As `read`, for arguments that make no sense.
        """
        how, form = self._how(layout, count, max_error, pattern, form, signs, decimal)
        numbers = [Numbers(source=path_of(source)) for source in sources]
        errors: dict[int, DigitwiseError | OSError] = {}
        waiting: list[tuple[int, Page]] = []

        def read_waiting() -> None:
            pages = [page for _, page in waiting]
            for (k, _), found in zip(waiting, read_pages(pages, how), strict=True):
                if isinstance(found, ImageError):
                    errors.setdefault(k, found)
                else:
                    numbers[k] += found
            waiting.clear()

        for k, source in enumerate(sources):
            try:
                for picture in open_pictures(source):
                    numbers[k].page_sizes.append((picture.width, picture.height))
                    if form:
                        # Imported here: reading without a form starts faster.
                        from digitwise.reading.forms.reading import read_fields

                        numbers[k] += read_fields(picture, form, how)
                        continue
                    waiting.append((k, look(picture, how)))
                    if sum(page.picture.grey.size for _, page in waiting) > TOGETHER:
                        read_waiting()
            except (DigitwiseError, OSError) as error:
                errors[k] = error
        read_waiting()
        return [errors.get(k, found) for k, found in enumerate(numbers)]

    def _how(
        self,
        layout: str = "auto",
        count: int | tuple[int, int] | None = None,
        max_error: float | None = None,
        pattern: str | Pattern | None = None,
        form: Form | str | Path | None = None,
        signs: str = "auto",
        decimal: str | None = None,
    ) -> tuple[How, Form | None]:
        """Check the arguments and load the form."""
        expected = Expected.of(count, pattern)
        if isinstance(form, str | Path):
            form = load_form(Path(form))
        if form and not (expected.allows_any and layout == "auto"):
            raise InputError("each field of a form has its own: leave out layout and count")
        if layout not in LAYOUTS:
            raise InputError(f"unknown layout {layout!r}; expected one of: {', '.join(LAYOUTS)}")
        if signs not in SIGNS:
            raise InputError(f"unknown signs {signs!r}; expected one of: {', '.join(SIGNS)}")
        possible_values("", decimal)
        threshold = 0.0 if max_error is None else self.threshold(max_error, layout)
        sure_above = self.sure_above(layout) if max_error is None else threshold
        weighing = None if layout == "digit" else self.weighing
        asked = self.network, self.calibration, weighing
        with_signs = signs == "auto"
        return How(*asked, layout, expected, threshold, sure_above, with_signs, decimal), form

    def sure_above(self, layout: str = "auto") -> float:
        """Return the confidence above which a reading is sure, without `max_error`.

        It is 1, so that no reading is sure, if the calibration doesn't allow an error of 0.01.
        """
        try:
            return self.threshold(MAX_ERROR, layout)
        except InputError:
            return 1.0

    def threshold(self, max_error: float, layout: str = "auto") -> float:
        """Return the confidence above which a reading is accepted under `max_error`.

        Raises
        ------
        InputError
            If `max_error` is smaller than the network's calibration allows.
        """
        weighed = self.weighing is not None and layout != "digit"
        calibration = self.weighing.numbers if weighed and self.weighing else self.calibration
        if calibration is None:
            raise InputError(
                "this network's confidence was never measured on held-out digits, so there is no "
                "threshold for max_error; train one with validation digits"
            )
        return calibration.threshold(max_error)


def _is_single(sources: object) -> bool:
    """Whether `sources` is a single picture: text, bytes, files and arrays are iterable, too."""
    if isinstance(sources, str | bytes | bytearray | memoryview) or hasattr(sources, "read"):
        return True
    shape: tuple[int, ...] = getattr(sources, "shape", ())
    one = hasattr(sources, "shape") and len(shape) in (0, 2)
    one = one or (len(shape) == 3 and shape[2] in CHANNELS)
    return one or not isinstance(sources, Iterable)
