"""What TensorBoard would show, read back from the event files."""

import struct
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from digitwise.callbacks.tensorboard import TensorBoard
from digitwise.errors import DigitwiseError, InputError
from tests.callbacks.conftest import EPOCHS

pytest.importorskip("tensorboardX", reason="needs the extra [tensorboard]")


def summaries(folder):
    """(tag, step, value) of everything in the event files, which are records as TensorFlow's."""
    from tensorboardX.proto.event_pb2 import Event

    for path in sorted(folder.glob("events.*")):
        content, place = path.read_bytes(), 0
        while place < len(content):
            (length,) = struct.unpack_from("<Q", content, place)
            event = Event.FromString(content[place + 12 : place + 12 + length])
            place += length + 16  # with two checksums of 4 bytes
            for value in event.summary.value:
                yield value.tag, event.step, value


def test_every_epoch_is_there(train, tmp_path):
    train(TensorBoard(tmp_path / "run"))
    found = {
        (tag, step): value.simple_value
        for tag, step, value in summaries(tmp_path / "run")
        if value.HasField("simple_value")
    }
    for k, epoch in enumerate(EPOCHS, 1):
        assert found["cost", k] == pytest.approx(epoch.cost)
        assert found["train_accuracy", k] == pytest.approx(epoch.train_accuracy)
        assert found["validation_accuracy", k] == pytest.approx(epoch.validation_accuracy)
        assert found["learning_rate", k] == 0.5 / 2**k
    assert ("seconds", 1) in found
    assert ("seconds", 2) not in found
    assert {tag for tag, _ in found} == {
        "cost", "train_accuracy", "validation_accuracy", "seconds", "learning_rate",
    }  # fmt: skip


def test_weights_are_histograms(train, tmp_path):
    network = train(TensorBoard(tmp_path)).network
    found = {(tag, step): v.histo for tag, step, v in summaries(tmp_path) if v.HasField("histo")}
    assert set(found) == {(f"weights/{layer}", k) for layer in (1, 2) for k in (1, 2, 3)}
    assert found["weights/1", 3].num == 784 * 5
    assert found["weights/1", 3].sum == pytest.approx(network.weights[0].sum())
    assert np.diff([found["weights/1", k].min for k in (1, 2, 3)]) == pytest.approx([1, 1])


def test_settings_are_a_text(train, tmp_path):
    train(TensorBoard(tmp_path))
    (text,) = [v.tensor.string_val[0] for tag, _, v in summaries(tmp_path) if "settings" in tag]
    assert b"| batch_size | 10 |" in text


def test_a_run_that_never_began_ends(tmp_path):
    callback = TensorBoard(tmp_path / "run")
    callback.end_run(SimpleNamespace())
    assert not (tmp_path / "run").exists()


def test_what_is_wrong_is_said(train, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(DigitwiseError, match="can't write to .*file"):
        train(TensorBoard(tmp_path / "file"))
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(InputError, match=r"pip install 'digitwise\[tensorboard\]'"):
        TensorBoard(tmp_path)
