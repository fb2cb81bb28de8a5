import numpy as np
import pytest
from threadpoolctl import threadpool_info

import digitwise as dw
from digitwise.engines import threads
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.training.many import Job, fit_many


def networks(count, **settings):
    for seed in range(count):
        yield Job(
            Network([784, 12, 10], init="scaled", rng=seed, dtype=np.float32),
            {"epochs": 2, "seed": seed, **settings},
        )


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("engine", ["reference", "fused"])
def test_each_is_trained_as_it_would_be_alone(bundled, workers, engine):
    jobs = list(networks(4, engine=engine))
    histories = fit_many(jobs, *bundled, workers=workers)
    for seed, (job, history) in enumerate(zip(jobs, histories, strict=True)):
        alone = Network([784, 12, 10], init="scaled", rng=seed, dtype=np.float32)
        expected = dw.fit(alone, *bundled, epochs=2, seed=seed, engine=engine)
        assert all(
            np.array_equal(a, b) for a, b in zip(job.network.weights, alone.weights, strict=True)
        )
        assert [e.test_accuracy for e in history.epochs] == [
            e.test_accuracy for e in expected.epochs
        ]


def test_jobs_are_taken_when_a_worker_is_free(bundled):
    taken, ended = [], []

    def source():
        for number, job in enumerate(networks(6)):
            taken.append(number)
            assert len(taken) - len(ended) <= 2
            yield job

    histories = fit_many(
        source(), bundled[0], workers=2, done=lambda number, job, history: ended.append(number)
    )
    assert len(histories) == 6
    assert sorted(ended) == taken == list(range(6))


def test_progress_is_told_of_every_epoch_and_may_stop_everything(bundled):
    seen = []

    def progress(number, job, history):
        seen.append((number, len(history.epochs)))
        return len(seen) == 3

    ended = []
    histories = fit_many(
        networks(5), bundled[0], workers=1, progress=progress, done=lambda *a: ended.append(a)
    )
    assert seen == [(0, 1), (0, 2), (1, 1)]
    assert [len(h.epochs) for h in histories] == [2, 1]
    assert len(ended) == 1


def test_one_that_diverges_does_not_end_the_others(bundled):
    jobs = list(networks(3))
    jobs[1].network.activation, jobs[1].network.cost = "relu", "cross-entropy"
    jobs[1].settings["learning_rate"] = 1e30
    histories = fit_many(jobs, bundled[0], workers=2)
    assert [len(h.epochs) for h in histories] == [2, 0, 2]
    assert "too large" in histories[1].warnings[0]


def test_a_setting_that_cannot_be_ends_all(bundled):
    jobs = list(networks(3))
    jobs[1].settings["momentum"] = 2
    with pytest.raises(InputError, match="momentum to be a number from 0 to below 1; found 2"):
        fit_many(jobs, bundled[0], workers=2)


def test_two_jobs_need_two_networks(bundled):
    net = Network([784, 12, 10], rng=0)
    with pytest.raises(InputError, match="two jobs are for the same network"):
        fit_many([Job(net, {"epochs": 1}), Job(net, {"epochs": 1})], bundled[0])


def test_a_refused_job_lets_no_other_begin(bundled):
    taken = []

    def source():
        for number, job in enumerate(networks(40)):
            taken.append(number)
            if number == 1:
                job.settings["momentum"] = 2
            yield job

    with pytest.raises(InputError, match="momentum"):
        fit_many(source(), bundled[0], workers=2)
    assert len(taken) < 40


def test_each_network_keeps_to_its_thread(bundled):
    """Engines use no other, and nobody changes BLAS's setting under way."""
    seen = []

    def progress(number, job, history):
        seen.append((threads.thread_count(), threads._here.blas_at_one))

    fit_many(networks(2), bundled[0], workers=2, progress=progress)
    assert set(seen) == {(1, True)}
    assert threads.thread_count() == threads.cores()


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        ([Network([784, 10], rng=0)], "expected Jobs, each with a Network"),
        ([Job("net.safetensors")], "expected Jobs, each with a Network"),
        ([Job(Network([784, 10], rng=0), {"epoch": 3})], "fit has no setting epoch"),
        ([Job(Network([784, 10], rng=0), {"progress": print})], "no setting progress for a job"),
    ],
)
def test_what_is_no_job(bundled, jobs, said):
    with pytest.raises(InputError, match=said):
        fit_many(jobs, bundled[0])


def test_blas_has_its_threads_back(bundled):
    before = [pool["num_threads"] for pool in threadpool_info()]
    fit_many(networks(3), bundled[0], workers=3)
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_workers_below_one(bundled):
    with pytest.raises(InputError, match="at least one worker; found 0"):
        fit_many([], bundled[0], workers=0)
