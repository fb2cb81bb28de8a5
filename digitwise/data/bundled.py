"""The bundled digits: scikit-learn's 1,797 digits of 13 writers, framed the way MNIST is.

They are the set that is always there. Source: E. Alpaydin and C. Kaynak, *Optical Recognition
of Handwritten Digits*, UCI Machine Learning Repository, 1998 (its test part), 8×8 pixels of 17
grey levels.
"""

import numpy as np

from digitwise.data.digits import Digits
from digitwise.imaging.framing import frame

TRAINING = 1437
"""The first so many train, the last 360 test: the order is by writer, so most writers differ."""


def read_bundled() -> tuple[Digits, Digits]:
    """Training and test digits: 1,437 and 360."""
    from sklearn.datasets import load_digits

    bundle = load_digits()
    images = np.stack([frame(image / 16) for image in bundle.images])
    digits = Digits(images, bundle.target.astype(np.uint8), "scikit-learn's bundled digits")
    return digits[:TRAINING], digits[TRAINING:]
