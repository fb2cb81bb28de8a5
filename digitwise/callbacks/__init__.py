"""Callbacks that log a run to other programs; each needs an extra, imported when it is made."""

from digitwise.callbacks.mlflow import MLflow
from digitwise.callbacks.tensorboard import TensorBoard

__all__ = ["MLflow", "TensorBoard"]
