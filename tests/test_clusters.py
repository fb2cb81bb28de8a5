"""Sweeps and batches on clusters of real processes, which are killed: as on one machine."""

import io
import os
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import digitwise as dw
from digitwise.engines import ray_cluster, remote
from digitwise.engines.ray_cluster import RayCluster
from digitwise.errors import DigitwiseError, ExtraError, ImageError, InputError, TrainingError
from digitwise.extras import has
from digitwise.network import Network
from digitwise.reading import batch
from digitwise.settings import Settings
from digitwise.training.many import Job, fit_many
from digitwise.training.sweep import Sweep, combinations, split

BASE = Settings(data="digits", hidden=(8,), epochs=1, engine="fused", learning_rate=0.5)


@pytest.fixture(scope="module")
def cluster():
    """Two processes of Ray on this machine."""
    if not has("ray"):
        pytest.skip("needs the extra [ray]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ray_cluster, "cores", lambda: 2)
        with RayCluster() as there:
            yield there


def die_once(marker, result):
    """End this process, if no other has done so before."""
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return result


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(text):
    raise KeyError(text)


def wait_here(file):
    file.write_text(str(os.getpid()))
    time.sleep(60)


def pid_in(file):
    while not file.exists() or not file.read_text():
        time.sleep(0.01)
    return int(file.read_text())


@pytest.fixture
def given_up_soon(monkeypatch):
    monkeypatch.setattr(remote, "ALONE_AFTER", 1)
    monkeypatch.setattr(remote, "GIVEN_UP_AFTER", 1)


class Deadly(io.BytesIO):
    """A picture that ends each process that opens it."""

    def __reduce__(self):
        return die, (0,)


def test_a_cluster_is_an_executor(cluster, tmp_path):
    assert cluster.workers == 2
    assert list(cluster.map(abs, [-1, -2])) == [1, 2]
    with pytest.raises(KeyError, match="why"):
        cluster.submit(fail, "why").result()
    killed = cluster.submit(wait_here, tmp_path / "killed")
    os.kill(pid_in(tmp_path / "killed"), signal.SIGKILL)
    assert type(killed.exception()).__name__ == "BrokenExecutor"
    cancelled = cluster.submit(wait_here, tmp_path / "cancelled")
    pid = pid_in(tmp_path / "cancelled")
    assert cancelled.cancel()
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.01)
    # Who has connected to Ray stays connected.
    with RayCluster("127.0.0.1:1") as again:
        assert again.submit(abs, -3).result() == 3
        assert again.workers == 1  # one is left for others
    assert cluster.submit(abs, -4).result() == 4


def test_ray_prints_nothing_among_the_results(cluster):
    from ray._private.ray_logging import stdout_deduplicator

    said = {"lines": ["A worker died"], "pid": "raylet", "is_err": False}
    assert [each["lines"] for each in stdout_deduplicator.deduplicate(said)] == [[]]


def networks():
    for seed in range(4):
        yield Job(
            Network([784, 12, 10], init="scaled", rng=seed, dtype=np.float32),
            {"epochs": 1, "seed": seed, "engine": "reference"},
        )


def parameters(jobs):
    return [p.tobytes() for job in jobs for p in (*job.network.weights, *job.network.biases)]


def test_networks_are_trained_as_on_one_machine_though_processes_die(cluster, bundled, tmp_path):
    rate = 0.5
    here, there = list(networks()), list(networks())
    for number, job in enumerate(there):
        job.settings["learning_rate"] = partial(_rate, tmp_path / str(number % 2), rate)
    for job in here:
        job.settings["learning_rate"] = partial(_rate, tmp_path, rate)
    assert parameters(here) == parameters(there)
    expected = fit_many(here, *bundled)
    told = []
    found = fit_many(
        there, *bundled, on=cluster, done=lambda number, job, history: told.append(number)
    )
    assert parameters(there) == parameters(here)
    assert [h.to_dict() for h in found] == [h.to_dict() for h in expected]
    assert sorted(told) == [0, 1, 2, 3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]  # two have died


def _rate(marker, rate, _epoch):
    return die_once(marker, rate)


def test_a_network_that_ends_its_processes_is_named_and_the_others_are_trained(
    cluster, bundled, given_up_soon
):
    jobs = list(networks())
    jobs[2].settings["learning_rate"] = die
    told = []
    with pytest.raises(TrainingError, match=r"1 of 4 networks ended .* numbers 2, from 0"):
        fit_many(jobs, *bundled, on=cluster, done=lambda number, *_: told.append(number))
    assert sorted(told) == [0, 1, 3]


def test_a_sweep_on_a_cluster_has_the_rows_of_one_machine_and_goes_on(cluster, bundled, tmp_path):
    train, validation = split(bundled[0])
    grid = combinations(BASE, {"learning_rate": [0.1, 0.5], "seed": [0, 1]})
    here, there = (Sweep(grid, train, validation, tmp_path / name) for name in ("here", "there"))
    here.run()
    there.run(on=cluster, workers=1, progress=lambda settings, history: settings.seed == 1)
    assert [row["settings"]["seed"] for row in there.rows()] == [0]
    there.run(on=cluster)
    assert without_time(there.rows()) == without_time(here.rows())
    lines = (there.folder / "results.jsonl").read_text().splitlines()
    assert len(lines) == 4


def without_time(rows):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def test_pictures_are_read_as_on_one_machine_but_for_the_deadly_one(
    cluster, draw_number, tmp_path, monkeypatch, given_up_soon
):
    reader = dw.Reader(compiled=False)
    monkeypatch.setattr(batch, "TOGETHER", 3)
    monkeypatch.chdir(tmp_path)
    image = draw_number("302").resize((180, 110))
    image.save("a.png")
    Path("broken.png").write_bytes(b"no picture")
    sources = [Path("a.png"), "a.png", image, np.asarray(image), "broken.png", "missing.png"]
    sources += [Path("a.png").read_bytes(), Deadly(), [Path("a.png"), image], ImageError("none")]
    found = told(reader.read_many(sources, layout="number", on=cluster))
    sources[7] = ImageError(
        "set aside: it ended the process that read it, perhaps for want of memory"
    )
    assert found == told(reader.read_many(sources, layout="number"))
    assert found[0][1][0]["text"] == "302"


def told(results):
    return [
        str(found) if isinstance(found, Exception) else (found.source, [n.to_dict() for n in found])
        for found in results
    ]


def test_pictures_that_the_cluster_does_not_see(reader, tmp_path, draw_number):
    from digitwise.reading.batch_on import _checked

    draw_number("302").save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"machine far .* doesn't see .*a.png: all machines need"):
        _checked([tmp_path / "a.png"], "far", [ImageError("no such file")])
    gone = [ImageError("no such file")]
    assert _checked([tmp_path / "gone.png"], "far", gone) == gone


@pytest.mark.filterwarnings("ignore:Sending large graph")  # the network goes with each task
def test_dask_fits_the_same_seam(bundled, draw_number):
    reader = dw.Reader(compiled=False)
    distributed = pytest.importorskip("distributed", reason="needs Dask")
    here, there = list(networks()), list(networks())
    images = [np.asarray(draw_number("302", seed).resize((180, 110))) for seed in range(3)]
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options, silence_logs=50) as processes,
        distributed.Client(processes) as client,
        client.get_executor() as executor,
    ):
        found = fit_many(there, *bundled, on=executor)
        read = told(reader.read_many(images, layout="number", on=executor))
    expected = fit_many(here, *bundled)
    assert [h.to_dict() for h in found] == [h.to_dict() for h in expected]
    assert parameters(there) == parameters(here)
    assert read == told(reader.read_many(images, layout="number"))


def test_without_ray_the_extra_is_named(bundled, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ExtraError, match=r"--on ray needs the package ray: pip install 'digi"):
        fit_many(networks(), bundled[0], on="ray")


@pytest.mark.parametrize("address", ["nowhere", "host:port", "host:99999", "http://host:1", ":1"])
def test_what_is_no_address(address):
    with pytest.raises(InputError, match="expected ray:auto, ray:HOST:PORT"):
        ray_cluster.check_address(address)


def test_nobody_listens():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(DigitwiseError, match=rf"no cluster of Ray answers at {address} \("):
        ray_cluster.check_address(address)


@pytest.mark.skipif(not has("ray"), reason="needs the extra [ray]")
def test_somebody_listens_who_is_no_cluster(monkeypatch):
    monkeypatch.setattr(ray_cluster, "ANSWERED_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(DigitwiseError, match=rf"{address} \(no answer within 0.1 s\)"):
            ray_cluster.check_address(address)
