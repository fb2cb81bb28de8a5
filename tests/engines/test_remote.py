"""Work on executors, without a cluster: groups, deaths of processes, errors."""

import re
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

import digitwise
from digitwise.engines import remote
from digitwise.engines.remote import ALONE_AFTER, GIVEN_UP_AFTER, Lost, executor_on, run_on
from digitwise.errors import DigitwiseError, InputError


@pytest.fixture(autouse=True)
def _no_traces(monkeypatch):
    """Tasks run in this process, which is to keep its threads."""
    monkeypatch.setattr(remote, "work_alone", lambda: None)
    monkeypatch.setattr(remote, "threadpool_limits", lambda limits: None)
    monkeypatch.setattr(remote, "_unpickled", {})


class Here(Executor):
    """Runs each task at once, in this process; dies of items that `deaths` has any left of."""

    workers = 2

    def __init__(self, deaths=()):
        self.deaths, self.tasks, self.left = dict(deaths), [], []

    def submit(self, function, *given):
        future = Future()
        items = given[-1] if given else ["begin"]
        self.tasks.append(items)
        deadly = [item for item in items if self.deaths.get(item, 0) > 0]
        for item in deadly:
            self.deaths[item] -= 1
        if deadly:
            future.set_exception(BrokenExecutor("it is dead"))
        else:
            future.set_result(function(*given))
        return future


def times(factor, number):
    return factor * number


def refuse(_common, number):
    raise InputError(f"no {number}")


def results(executor, items, function=times, **more):
    return sorted(run_on(executor, function, 10, items, **more), key=lambda found: found[0])


def test_each_item_is_run_once_in_growing_groups():
    executor = Here()
    assert results(executor, range(100)) == [(k, 10 * k) for k in range(100)]
    sizes = [len(task) for task in executor.tasks]
    assert sizes[0] == 1
    assert max(sizes) > 8
    assert sum(sizes) == 100


def test_items_that_take_long_are_run_one_by_one(monkeypatch):
    monkeypatch.setattr(remote, "GROUP_S", 0.0)
    executor = Here()
    results(executor, range(9))
    assert executor.tasks == [[k] for k in range(9)]


def test_no_more_tasks_than_workers_are_under_way(monkeypatch):
    taken = []

    class Waiting(Here):
        def submit(self, function, *given):
            return Future()  # never done

    found = run_on(Waiting(), times, 10, (taken.append(k) or k for k in range(9)), workers=1)
    monkeypatch.setattr(remote, "wait", _no_wait)
    with pytest.raises(TimeoutError):
        next(found)
    assert taken == [0]


def _no_wait(futures, return_when):
    raise TimeoutError


@pytest.mark.parametrize("deaths", [1, 2, ALONE_AFTER + GIVEN_UP_AFTER - 1])
def test_an_item_whose_process_dies_is_run_again(deaths):
    assert results(Here({7: deaths, 40: 1}), range(60)) == [(k, 10 * k) for k in range(60)]


def test_an_item_is_given_up_after_so_many_deaths_alone():
    found = results(Here({7: ALONE_AFTER + GIVEN_UP_AFTER}), range(60))
    assert [k for k, result in found if isinstance(result, Lost)] == [7]


def test_an_item_that_ends_every_process_is_given_up_alone():
    found = results(Here({7: 99, 40: 99}), range(60))
    assert [k for k, result in found if isinstance(result, Lost)] == [7, 40]
    assert [result for k, result in found if k not in (7, 40)] == [
        10 * k for k in range(60) if k not in (7, 40)
    ]


def test_processes_that_die_at_once_are_an_error():
    with pytest.raises(DigitwiseError, match="die as they begin"):
        results(Here({0: 99, "begin": 1}), range(3))


def test_an_executor_that_is_broken_for_good_is_an_error():
    class Broken(Here):
        def submit(self, function, *given):
            raise BrokenExecutor("closed")

    with pytest.raises(DigitwiseError, match="die as they begin"):
        results(Broken(), range(3))


def test_errors_of_a_task_are_raised():
    with pytest.raises(InputError, match="no 0"):
        results(Here(), range(3), refuse)


def test_another_version_is_refused(monkeypatch):
    class Later(Here):
        def submit(self, function, *given):
            monkeypatch.setattr(digitwise, "__version__", "9.9")
            return super().submit(_raised, function, *given)

    with pytest.raises(DigitwiseError, match="the cluster has 9.9: install the same"):
        results(Later(), range(3))


def _raised(function, *given):
    return function(*given)


def test_what_is_given_up_is_cancelled():
    class Slow(Here):
        def submit(self, function, *given):
            if len(self.tasks) < 2:
                return super().submit(function, *given)
            self.left.append(Future())
            return self.left[-1]

    executor = Slow()
    found = run_on(executor, times, 10, range(50))
    next(found)
    found.close()
    assert executor.left
    assert all(future.cancelled() for future in executor.left)


@pytest.mark.parametrize("on", ["dask", "ray:", "", "rayon", 7, None])
def test_what_is_no_executor(on):
    with (
        pytest.raises(InputError, match=rf"expected ray.*found {re.escape(repr(on))}"),
        executor_on(on),
    ):
        pass


def test_threads_are_refused():
    with (
        ThreadPoolExecutor(1) as threads,
        pytest.raises(InputError, match="Executor of processes"),
        executor_on(threads),
    ):
        pass


def test_a_given_executor_is_passed_on_and_stays_open():
    here = Here()
    with executor_on(here) as executor:
        assert executor is here
    assert here.submit(int).result() == 0
