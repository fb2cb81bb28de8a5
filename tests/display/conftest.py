import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image


class Page(HTMLParser):
    """What a piece of HTML holds; it fails if tags don't close in the order they were opened."""

    def __init__(self, html):
        super().__init__()
        self.open, self.rows, self.images, self.texts = [], [], [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            content = dict(attributes)["src"].removeprefix("data:image/png;base64,")
            self.images.append(Image.open(io.BytesIO(base64.b64decode(content, validate=True))))
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        else:
            self.texts.append(data.strip())

    @property
    def text(self):
        return " ".join(self.texts)


@pytest.fixture(scope="session")
def parse():
    return Page


@pytest.fixture(scope="session")
def open_png():
    """Open a picture that has something on it."""

    def open_png(content):
        image = content if isinstance(content, Image.Image) else Image.open(io.BytesIO(content))
        assert np.asarray(image.convert("L")).std() > 1
        return image

    return open_png
