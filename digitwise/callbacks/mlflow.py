"""Logging of a run to MLflow. Needs mlflow-skinny or mlflow, of the extra `[mlflow]`."""

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from digitwise.callbacks.measures import measures_of
from digitwise.errors import DigitwiseError, reason_of
from digitwise.extras import missing
from digitwise.models.files import Model, save
from digitwise.training.callback import Callback


class MLflow(Callback):
    """Logs the settings, the measures of each epoch and, at the end, the model file.

    Parameters
    ----------
    experiment : str
        Name of the experiment; created if it is missing.
    tracking_uri : str, optional
        Storage of runs, such as "sqlite:///mlflow.db" or "http://HOST:5000"; by default MLflow's
        own default.

    Attributes
    ----------
    run_id : str or None
        Identifier of the present or last run.

    Raises
    ------
    ExtraError
        If MLflow is not installed.
    """

    def __init__(self, experiment: str = "digitwise", tracking_uri: str | None = None) -> None:
        self.experiment, self.tracking_uri = experiment, tracking_uri
        self.run_id: str | None = None
        self._client: Any = None
        try:
            self._mlflow = import_module("mlflow")
        except ImportError as error:
            raise missing("mlflow-skinny", "mlflow", "MLflow") from error

    def begin_run(self, training: Any) -> None:
        """Create a run with the settings as its parameters.

        Raises
        ------
        DigitwiseError
            If MLflow can't be reached, or refuses the run.
        """
        try:
            # A client of its own doesn't affect other users of MLflow in this process.
            client = self._mlflow.MlflowClient(tracking_uri=self.tracking_uri)
            found = client.get_experiment_by_name(self.experiment)
            number = found.experiment_id if found else client.create_experiment(self.experiment)
            self.run_id = client.create_run(number).info.run_id
            for name, value in training.settings.to_dict().items():
                client.log_param(self.run_id, name, value)
        except self._mlflow.exceptions.MlflowException as error:
            where = self.tracking_uri or "its default place"
            raise DigitwiseError(f"can't log to MLflow at {where}: {reason_of(error)}") from error
        self._client = client

    def end_epoch(self, training: Any) -> None:
        """Log the measures of an epoch."""
        number = training.history.epochs[-1].epoch
        for name, value in measures_of(training).items():
            self._client.log_metric(self.run_id, name, value, step=number)

    def end_run(self, training: Any) -> None:
        """Log the model file, unless the run failed, and end the run."""
        if self._client is None:
            return
        client, self._client = self._client, None
        if training.error is not None:
            killed = isinstance(training.error, KeyboardInterrupt)
            client.set_terminated(self.run_id, "KILLED" if killed else "FAILED")
            return
        model = Model(training.network, {"settings": training.settings.to_dict()})
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            save(model, path)
            client.log_artifact(self.run_id, str(path))
        client.set_terminated(self.run_id, "FINISHED")
