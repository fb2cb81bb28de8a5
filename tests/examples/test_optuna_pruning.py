from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "optuna_pruning.py"


def test_a_study_prunes_and_repeats():
    optuna = pytest.importorskip("optuna", reason="needs the extra [optuna]")
    spec = spec_from_file_location("optuna_pruning", EXAMPLE)
    example = module_from_spec(spec)
    spec.loader.exec_module(example)
    found = example.study(10)
    states = [trial.state for trial in found.trials]
    assert optuna.trial.TrialState.PRUNED in states
    for trial in found.trials:
        done = max(trial.intermediate_values)
        assert (done == example.EPOCHS) == (trial.state == optuna.trial.TrialState.COMPLETE)
        assert trial.value == trial.intermediate_values[done]
    assert found.best_value > 0.8
    assert [trial.values for trial in example.study(7).trials] == [
        trial.values for trial in found.trials[:7]
    ]
