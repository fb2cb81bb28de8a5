"""What is called while a network is trained."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitwise.training.loop import Training


class Callback:
    """Hooks of a training run: inherit, and write those that are needed.

    Each may return True: the run stops there, unfinished, and can go on later. To bring it to its
    end instead, call `training.finish()`.
    """

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
