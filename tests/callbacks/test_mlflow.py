"""What MLflow keeps of a run, read back from its database."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import digitwise as dw
from digitwise.callbacks.mlflow import MLflow
from digitwise.errors import DigitwiseError, InputError
from tests.callbacks.conftest import EPOCHS

# What MLflow uses of others that is about to go is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture
def mlflow(tmp_path, monkeypatch):
    """MLflow in an empty folder, which tells nobody of its use."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    pytest.importorskip("sqlalchemy", reason="needs the extra [mlflow]")
    return pytest.importorskip("mlflow", reason="needs the extra [mlflow]")


URI = "sqlite:///runs.db"


def test_a_run_is_kept(mlflow, train, tmp_path):
    callback = MLflow("digits", URI)
    network = train(callback).network
    client = mlflow.MlflowClient(tracking_uri=URI)
    (run,) = client.search_runs([client.get_experiment_by_name("digits").experiment_id])
    assert run.info.run_id == callback.run_id
    assert run.info.status == "FINISHED"
    assert run.data.params["batch_size"] == "10"
    history = client.get_metric_history(callback.run_id, "validation_accuracy")
    assert [(m.step, m.value) for m in history] == [
        (e.epoch, e.validation_accuracy) for e in EPOCHS
    ]
    assert len(client.get_metric_history(callback.run_id, "seconds")) == 2
    assert "test_accuracy" not in run.data.metrics
    path = client.download_artifacts(callback.run_id, "model.safetensors", str(tmp_path))
    np.testing.assert_array_equal(dw.load_model(path).weights[0], network.weights[0])

    train(callback, KeyboardInterrupt())
    train(callback, RuntimeError("no"))
    runs = client.search_runs([run.info.experiment_id])  # of one experiment, the newest first
    assert [run.info.status for run in runs] == ["FAILED", "KILLED", "FINISHED"]
    assert not client.list_artifacts(callback.run_id)


def test_what_is_wrong_is_said(mlflow, train, monkeypatch):
    callback = MLflow("digits", "nowhere://at.all")
    with pytest.raises(DigitwiseError, match="can't log to MLflow at nowhere://at.all: "):
        train(callback)
    callback.end_run(SimpleNamespace(error=None))  # of a run that never began
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(InputError, match=r"pip install 'digitwise\[mlflow\]'"):
        MLflow()
