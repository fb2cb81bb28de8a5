"""Optuna looks for settings on the bundled digits, and gives up early on what learns badly.

    pip install '.[optuna]' && python examples/optuna_pruning.py [TRIALS]

A callback reports the validation accuracy after each epoch; a trial that is then worse than the
median of those before it is pruned. The test digits are looked at once, at the end.
"""

import sys

import optuna

import digitwise as dw
from digitwise.training.callback import Callback

SEED, EPOCHS, HELD_OUT = 0, 10, 300


class Report(Callback):
    """Tells Optuna how a trial goes, and stops the run where Optuna has seen enough."""

    def __init__(self, trial: optuna.Trial) -> None:
        self.trial = trial

    def end_epoch(self, training) -> bool:
        epoch = training.history.epochs[-1]
        self.trial.report(epoch.validation_accuracy, epoch.epoch)
        return self.trial.should_prune()


def train(parameters: dict, digits: dw.Digits, validation: dw.Digits, callbacks=()):
    """Return a network with these parameters, and its history."""
    network = dw.Network(
        [784, parameters["hidden"], 10], cost="cross-entropy", init="scaled", rng=SEED
    )
    history = dw.fit(
        network, digits, validation=validation, epochs=EPOCHS, batch_size=parameters["batch_size"],
        learning_rate=parameters["learning_rate"], seed=SEED, callbacks=callbacks, progress=False,
        engine="reference",  # nothing to compile
    )  # fmt: skip
    return network, history


def study(trials: int) -> optuna.Study:
    digits, _ = dw.load("digits")
    training, validation = digits[:-HELD_OUT], digits[-HELD_OUT:]

    def objective(trial: optuna.Trial) -> float:
        parameters = {
            "learning_rate": trial.suggest_float("learning_rate", 0.003, 3, log=True),
            "batch_size": trial.suggest_int("batch_size", 5, 80, log=True),
            "hidden": trial.suggest_int("hidden", 10, 60),
        }
        _, history = train(parameters, training, validation, [Report(trial)])
        if len(history.epochs) < EPOCHS:
            raise optuna.TrialPruned
        return history.epochs[-1].validation_accuracy

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    found = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=SEED),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
    )
    found.optimize(objective, n_trials=trials)
    return found


if __name__ == "__main__":
    found = study(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in found.trials)
    print(f"{len(found.trials)} trials, {pruned} of them pruned; the best: {found.best_params}")
    print(f"validation accuracy {found.best_value:.2%}")
    digits, test = dw.load("digits")
    network, _ = train(found.best_params, digits[:-HELD_OUT], digits[-HELD_OUT:])
    print(f"test accuracy {dw.evaluate(network, test).accuracy:.2%}")
