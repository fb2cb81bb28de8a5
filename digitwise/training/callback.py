"""What is called while a network is trained."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.training.loop import Training


HOOKS = ("begin_run", "begin_epoch", "begin_step", "end_step", "end_epoch", "end_run")


class Callback:
    """Hooks of a training run: inherit, and write those that are needed.

    Each may return True: the run stops there, unfinished, and can go on later. To bring it to its
    end instead, call `training.finish()`.
    """

    def __init_subclass__(cls, **more: Any) -> None:
        """Refuse a hook that would never be called."""
        super().__init_subclass__(**more)
        for name in vars(cls):
            if name.startswith(("begin_", "end_", "on_")) and name not in HOOKS:
                raise InputError(f"{cls.__name__}: no hook {name}; expected {', '.join(HOOKS)}")

    def begin_run(self, training: "Training") -> bool | None:
        """Before the first step, also of a run that goes on."""

    def begin_epoch(self, training: "Training") -> bool | None:
        """Before the first step of an epoch, and before going on in one."""

    def begin_step(self, training: "Training") -> bool | None:
        """Before the engine learns from the next `training.step_size` examples."""

    def end_step(self, training: "Training") -> bool | None:
        """After it; `training.learnt` says from how many, `training.history.position` where."""

    def end_epoch(self, training: "Training") -> bool | None:
        """After an epoch was measured: `training.history.epochs[-1]`."""

    def end_run(self, training: "Training") -> None:
        """At the end, however it came: `training.finished`, or `training.error` if there is one."""


def check_callbacks(callbacks: Sequence[Callback]) -> None:
    """Refuse what is no list of callbacks.

    Raises
    ------
    InputError
        If it isn't one.
    """
    if not isinstance(callbacks, Sequence):
        raise InputError(f"expected a list of callbacks; found {callbacks!r:.80}")
    for callback in callbacks:
        if not isinstance(callback, Callback):
            made = isinstance(callback, type) and issubclass(callback, Callback)
            hint = f": write {callback.__name__}(...)" if made else ""
            raise InputError(f"expected a Callback; found {callback!r:.80}{hint}")
