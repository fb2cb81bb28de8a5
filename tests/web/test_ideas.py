"""The Ideas room's API: the heart and the lab, asked over HTTP."""

import numpy as np
import pytest

pytest.importorskip("fastapi")

from digitwise.circuits import adder, half_adder
from digitwise.lab.surfaces import SURFACES

BALL = {"surface": "valley", "learning_rate": 0.05, "v1": -2, "v2": 0.8}


@pytest.fixture
def get(address):
    requests = pytest.importorskip("requests")

    def get(path, status=200, **query):
        answer = requests.get(f"{address}/api/ideas/{path}", query, timeout=60)
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_has_a_map_and_lets_a_ball_roll(get, name):
    place = get("surface", name=name)
    heights = np.array(place["heights"])
    assert heights.shape == (len(place["v2"]), len(place["v1"]))
    k, j = 3, 50  # a row is a v₂
    assert heights[k, j] == pytest.approx(
        SURFACES[name].cost(np.array([place["v1"][j], place["v2"][k]]))
    )
    x, y = place["start"]
    rolled = get("ball", surface=name, learning_rate=place["rate"], v1=x, v2=y, steps=1000)
    ends = np.linalg.norm(np.array(place["minima"]) - rolled["path"][-1], axis=1)
    assert ends.min() < 0.05
    assert rolled["path"][0] == [x, y]


def test_a_ball_takes_the_steps_of_eq_11(get):
    rolled = get("ball", **BALL, steps=50)
    path, squares = np.array(rolled["path"]), np.array(rolled["squares"])
    slopes = path * [1, 10]  # of ½v₁² + 5v₂²
    assert path[1:] == pytest.approx(path[:-1] - 0.05 * slopes[:-1])
    assert squares == pytest.approx((slopes**2).sum(axis=1))
    assert np.diff(rolled["costs"]).max() < 0
    assert rolled["stopped"] == "steps"


def test_it_flies_out_beyond_the_edge(get):
    flown = get("ball", **{**BALL, "learning_rate": 100}, steps=1000)
    assert flown["stopped"] == "diverged"
    assert all(a < b for a, b in zip(flown["costs"], flown["costs"][1:], strict=False))
    heavy = get("ball", **BALL, momentum=0.9, steps=60)
    assert max(np.diff(heavy["costs"])) > 0


def test_a_ball_rolls_on_a_drawn_surface(get):
    dabs = "-100.0.-4_100.0.-2_0.0.4"
    place = get("surface", name="drawn", dabs=dabs)
    heights, v1 = np.array(place["heights"]), np.array(place["v1"])
    middle = heights[len(heights) // 2]  # along v₂ = 0
    expected = 0.4 * v1**2 - sum(
        h * np.exp(-((v1 - c) ** 2) / 0.405) for c, h in ((-1, 1), (1, 0.5), (0, -1))
    )
    assert middle == pytest.approx(expected)
    ends = sorted(place["minima"])
    assert len(ends) == 2
    for x, _ in ends:
        near = np.abs(v1 - x) < 0.5
        assert v1[near][middle[near].argmin()] == pytest.approx(x, abs=0.04)
    assert place["lowest"] == pytest.approx(heights.min(), abs=0.01)
    rolled = get("ball", surface="drawn", dabs=dabs, v1=1.8, v2=1, learning_rate=place["rate"])
    assert rolled["path"][-1] == pytest.approx(ends[1], abs=0.01)  # the nearest, not the lowest
    slopes = np.diff(rolled["path"], axis=0) / -place["rate"]
    assert (slopes**2).sum(axis=1) == pytest.approx(rolled["squares"][:-1])
    bare = get("surface", name="drawn")
    assert bare["minima"] == pytest.approx(np.zeros((1, 2)), abs=1e-3)
    flown = get("ball", surface="drawn", learning_rate=bare["too_large"], v1=1, v2=1)
    assert flown["costs"][-1] > 10
    for damaged in ("1.2", "1.2.0", "a.b.c", "_".join(["1.1.1"] * 81)):
        get("surface", 422, name="drawn", dabs=damaged)


def test_a_perceptron_is_what_its_table_says(get):
    nand = get("perceptron")
    assert nand["function"] == "NAND"
    assert [row["z"] for row in nand["rows"]] == [3, 1, 1, -1]
    assert [row["fires"] for row in nand["rows"]] == [1, 1, 1, 0]
    z, smooth = np.array(nand["z"]), np.array(nand["smooth"])
    assert ((z > 0) == (smooth > 0.5)).all()
    axis = nand["axis"]
    assert z[5, 30] == pytest.approx(-2 * axis[30] - 2 * axis[5] + 3)
    named = [({"w1": 2, "w2": 2, "bias": -3}, "AND"), ({"w1": 2, "w2": 2, "bias": -1}, "OR")]
    named += [({"w1": 1, "w2": -1, "bias": 0}, "x₁ and not x₂"), ({"bias": 9}, "always fires")]
    for weights, name in named:
        assert get("perceptron", **weights)["function"] == name


def test_signals_go_through_a_circuit(get):
    wired = get("circuit", bits="11")
    signals = {neuron["name"]: neuron["signal"] for neuron in wired["neurons"]}
    assert (signals["sum"], signals["carry"]) == (0, 1)
    assert wired["table"]["outputs"] == half_adder().truth_table()[1].tolist()
    for name, depth in (("a", 0), ("not both", 1), ("sum", 3)):
        assert next(n["depth"] for n in wired["neurons"] if n["name"] == name) == depth
    smooth = get("circuit", kind="adder", bits="1001", gain=3)
    expected = adder(2).sigmoid([1, 0, 0, 1], 3)
    signals = {neuron["name"]: neuron["signal"] for neuron in smooth["neurons"]}
    assert [signals[name] for name in smooth["outputs"]] == pytest.approx(expected)
    assert smooth["table"]["smooth"][9] == pytest.approx(expected)


def test_expressions_become_circuits_or_are_refused(get):
    wired = get("circuit", kind="expression", expression="a and not b")
    assert wired["table"]["outputs"] == [[0], [0], [1], [0]]
    refused = get("circuit", kind="expression", expression="a and")
    assert "expected" in refused["refused"]
    large = " xor ".join("abcdefghij")
    wide = get("circuit", kind="expression", expression=large, bits="1" * 10)
    assert wide["table"] is None
    get("circuit", 422, bits="12")


def test_polls_of_more_digits_are_nearer(get):
    few, many = (get("minibatch", m=m) for m in (1, 100))
    assert few["error"] > 20 * many["error"]
    assert np.mean(many["arrows"], axis=0) == pytest.approx([1, 0], abs=0.3)
    assert len(few["arrows"]) == 60
    assert few["errors"][few["sizes"].index(100)] == pytest.approx(many["error"], rel=0.5)
    assert get("minibatch", m=1) == few
    assert get("minibatch", m=1, seed=1)["arrows"] != few["arrows"]


def test_the_lab_shows_its_pages(address):
    requests = pytest.importorskip("requests")
    page = requests.get(f"{address}/lab/decisions/", timeout=60)
    assert page.status_code == 200
    assert "A perceptron weighs evidence" in page.text
    figure = requests.get(f"{address}/lab/decisions/decisions-bias.svg", timeout=60)
    assert figure.headers["content-type"].startswith("image/svg")
    for nothing in ("lab/none/", "lab/decisions/none.svg", "lab/decisions/..%2f..%2fapp.py"):
        assert requests.get(f"{address}/{nothing}", timeout=60).status_code == 404
