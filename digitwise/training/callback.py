"""Callbacks: functions that a training run calls at fixed points."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.training.loop import Training


HOOKS = ("begin_run", "begin_epoch", "begin_step", "end_step", "end_epoch", "end_run")


class Callback:
    """Base class of callbacks; a subclass defines the hooks that it needs.

    If a hook returns True, the run stops there, unfinished, and can be resumed later. To finish
    the run early instead, call `training.finish()`.
    """

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuse an unknown hook, which would never be called."""
        super().__init_subclass__(**more)
        for name in vars(cls):
            if name.startswith(("begin_", "end_", "on_")) and name not in HOOKS:
                raise InputError(f"{cls.__name__}: no hook {name}; expected {', '.join(HOOKS)}")

    def begin_run(self, training: "Training") -> bool | None:
        """Act before the first step of a run, new or resumed."""

    def begin_epoch(self, training: "Training") -> bool | None:
        """Act before the first step of an epoch, or of a resumed part of one."""

    def begin_step(self, training: "Training") -> bool | None:
        """Act before the engine learns from the next `training.step_size` examples."""

    def end_step(self, training: "Training") -> bool | None:
        """Act after the engine has learnt from `training.learnt` examples.

        `training.history.position` is the number of examples so far in this epoch.
        """

    def end_epoch(self, training: "Training") -> bool | None:
        """Act after an epoch has been measured; its row is `training.history.epochs[-1]`."""

    def end_run(self, training: "Training") -> None:
        """Act at the end of a run; see `training.finished` and `training.error` for its reason."""


def check_callbacks(callbacks: Sequence[Callback]) -> None:
    """Refuse anything but a sequence of callbacks.

    Raises
    ------
    InputError
        If `callbacks` is no sequence, or an element is no `Callback`.
    """
    if not isinstance(callbacks, Sequence):
        raise InputError(f"expected a list of callbacks; found {callbacks!r:.80}")
    for callback in callbacks:
        if not isinstance(callback, Callback):
            made = isinstance(callback, type) and issubclass(callback, Callback)
            hint = f": write {callback.__name__}(...)" if made else ""
            raise InputError(f"expected a Callback; found {callback!r:.80}{hint}")
