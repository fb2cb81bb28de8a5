"""The bundled digits: scikit-learn's 1,797 digits of 13 writers, framed as MNIST's are.

They come with the package: `optdigits.npz` beside this file, 8×8 pixels of 17 grey levels.
Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine
Learning Repository, 1998 (its test part), under CC BY 4.0: see `optdigits.txt`.
"""

from pathlib import Path

import numpy as np

from digitwise.data.digits import Digits
from digitwise.imaging.framing import frame

FILE = Path(__file__).with_name("optdigits.npz")
TRAINING = 1437
"""Number of training digits; the other 360 test. Ordered by writer, so most writers differ."""


def read_bundled() -> tuple[Digits, Digits]:
    """Read the training and test digits: 1,437 and 360."""
    with np.load(FILE) as file:
        pictures, labels = file["images"], file["labels"]
    # Each of the 8×8 values counts the ink of 4×4 pixels of a scan of 32×32. The scan's size is
    # framed: at 8×8, MNIST's minimum box would make them smaller than other digits.
    scans = (pictures / 16).repeat(4, axis=1).repeat(4, axis=2)
    images = np.stack([frame(scan) for scan in scans])
    digits = Digits(images, labels, "scikit-learn's bundled digits")
    return digits[:TRAINING], digits[TRAINING:]
