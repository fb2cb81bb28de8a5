"""How many cores there are to use: a container's share of them, and where POSIX is not."""

import os

import pytest

from digitwise.engines import threads


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Control groups of a machine with 8 cores: paths of files in them, and their contents."""
    monkeypatch.setattr(threads, "GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(threads, "GROUPS", tmp_path / "fs")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    threads._quota.cache_clear()

    def write(told, **files):
        (tmp_path / "cgroup").write_text(told)
        for name, content in files.items():
            path = tmp_path / "fs" / name.replace("__", "/").replace("_max", ".max")
            path = path.with_name(path.name.replace("cpu_cfs", "cpu.cfs"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    yield write
    threads._quota.cache_clear()


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("5000 100000", 1),
     ("1600000 100000", 8), ("nonsense", 8), ("100000 0", 8)],
)  # fmt: skip
def test_a_quota_bounds_cores(groups, quota, cores):
    groups("0::/a/b\n", a__b__cpu_max=quota)
    assert threads.cores() == cores


def test_the_least_quota_of_a_group_and_those_it_is_in_counts(groups):
    groups("0::/a/b\n", a__b__cpu_max="400000 100000", a__cpu_max="300000 100000")
    assert threads.cores() == 3


def test_a_container_sees_its_own_group_at_the_top(groups):
    groups("0::/docker/123\n", cpu_max="200000 100000")
    assert threads.cores() == 2


def test_the_first_version_of_groups(groups):
    groups(
        "5:memory:/x\n4:cpu,cpuacct:/x\n",
        **{"cpu,cpuacct__x__cpu_cfs_quota_us": "250000\n"},
        **{"cpu,cpuacct__x__cpu_cfs_period_us": "100000\n"},
    )
    assert threads.cores() == 3


@pytest.mark.parametrize("files", [{}, {"cpu_cfs_quota_us": "-1", "cpu_cfs_period_us": "100000"}])
def test_without_a_quota_all_cores_count(groups, files):
    groups("4:cpu:/\n", **{f"cpu__{name}": content for name, content in files.items()})
    assert threads.cores() == 8


def test_where_nothing_is_known_of_groups_or_affinity(tmp_path, monkeypatch):
    monkeypatch.setattr(threads, "GROUP", tmp_path / "nowhere")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    threads._quota.cache_clear()
    for counted, cores in ((5, 5), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda counted=counted: counted)
        assert threads.cores() == cores
