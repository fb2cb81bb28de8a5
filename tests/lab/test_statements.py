"""Measurements of experiments, checked again: each number against its right value."""

from itertools import product

import numpy as np
import pytest

from digitwise.circuits import Circuit, Gate
from digitwise.convolution import Convolution
from digitwise.lab import find_experiment
from digitwise.lab.circuit_picture import depths, places
from digitwise.lab.cost import WANTED
from digitwise.lab.direction import run as run_direction
from digitwise.lab.more_data import by_rules
from digitwise.lab.nine import enlarged, is_nine
from digitwise.lab.segmentation import _auc, best_of_all, ways
from digitwise.lab.shared import FULL, SHARED, _difference, moved
from digitwise.lab.surfaces import SURFACES
from digitwise.network import Network
from digitwise.reading.splitting.lattice import SKIP, Lattice
from tests.conftest import FULL_ENGINES


def test_decisions(short):
    result = short("decisions").result
    for (weather, partner, transit), strict, easy in zip(
        result.rows, result.festival[5.0], result.festival[3.0], strict=True
    ):
        assert strict == weather
        assert easy == (weather or (partner and transit))
    assert result.at_threshold == 0
    assert result.disagreements == 0
    assert result.layered.tolist() == result.nested.tolist()
    assert 0 < result.layered.mean() < 1
    others = find_experiment("decisions").run(weights=(1.0, 1.0, 1.0), thresholds=(1.5,)).result
    assert others.goes[1.5].tolist() == [0, 0, 0, 1, 0, 1, 1, 1]
    assert all(finding.held for finding in others.findings())
    assert "weather + partner" in others.text
    assert result.alone == {-1.0: 0, 0.0: 0, 1.0: 1}
    assert (np.diff(result.firing) >= 0).all()


def test_gates(short):
    result = short("gates").result
    assert [result.tables[n].tolist() for n in ("AND", "OR", "NAND")] == [
        [0, 0, 0, 1],
        [0, 1, 1, 1],
        [1, 1, 1, 0],
    ]
    assert result.nand_sums.tolist() == [3, 1, 1, -1]
    assert result.right == result.functions == {2: 16, 3: 256}


def test_adder(short):
    result = short("adder").result
    assert result.table.tolist() == [[0, 0, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1]]
    assert result.merged_agrees
    assert result.merged_weight == -4
    assert result.right == result.additions == 64
    assert result.changed == 0


def test_compile():
    result = find_experiment("compile").run(expression="(a xor b) and not c").result
    wanted = [(a ^ b) & (1 - c) for a, b, c in product((0, 1), repeat=3)]
    assert result.outputs.tolist() == wanted
    assert result.error < 1e-3
    assert find_experiment("compile").run(gain=1.0).result.error > 0.1
    assert "nand 1: -2 a, -2 b, bias +3" in result.description


def test_sigmoid(short):
    result = short("sigmoid").result
    assert dict(zip(result.gains, result.errors.round(5), strict=True)) == pytest.approx(
        {1.0: 0.63, 2.0: 0.36, 5.0: 0.0077, 10.0: 5e-5}, rel=0.1
    )
    assert (result.at_zero == 0.5).all()
    assert (result.jumps == 1).all()
    # σ′ = ¼ at the boundary
    assert result.changes / result.steps == pytest.approx(0.25, rel=0.01)
    assert 0.5 < result.largest_ratio <= 1
    assert result.far.tolist() == [0, 1]


def test_linearisation(short):
    result = short("linearisation").result
    assert result.output_slope == pytest.approx(2, abs=0.05)
    assert result.cost_slope == pytest.approx(2, abs=0.05)
    assert set(result.derivative_errors) == {"sigmoid", "tanh", "relu"}
    assert max(result.derivative_errors.values()) < 1e-8
    assert max(result.gradient_errors.values()) < 1e-6
    assert result.parameters == 6 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_have_their_gradient_and_their_minima(name):
    surface = SURFACES[name]
    rng = np.random.default_rng(0)
    for v in rng.uniform(-2, 2, (20, 2)):
        h = 1e-6
        differences = [
            (surface.cost(v + h * step) - surface.cost(v - h * step)) / (2 * h)
            for step in np.eye(2)
        ]
        assert surface.gradient(v) == pytest.approx(differences, rel=1e-5, abs=1e-6)
    for minimum in surface.minima:
        assert surface.gradient(minimum) == pytest.approx([0, 0], abs=1e-9)
        around = [surface.cost(minimum + 0.01 * step) for step in (*np.eye(2), *-np.eye(2))]
        assert min(around) > surface.cost(minimum)


def test_valley(short):
    result = short("valley").result
    assert result.gains == pytest.approx(result.predictions, rel=0.01)
    assert result.costs["right"][-1] < result.costs["too small"][-1] < result.costs["right"][0]
    assert result.costs["too large"][-1] > result.costs["too large"][0]
    assert (np.diff(result.costs["right"]) <= 0).all()
    assert (np.diff(result.costs["momentum"]) > 0).any()
    assert result.edge["below"] < 1 < result.edge["above"]
    assert sorted(result.by_dimension) == [1, 2, 50]
    assert max(result.by_dimension.values()) < 1e-6
    assert result.exact < 1e-6
    assert result.sides.tolist() == [1, -1]
    assert result.two_starts[:, 0].round(2).tolist() == pytest.approx([-1.06, 0.93], abs=0.02)
    assert result.on_ridge == 0


def test_every_surface_can_be_descended():
    for name in SURFACES:
        run = find_experiment("valley").run(surface=name)
        assert all(finding.held for finding in run.result.findings()), name
        run.draw()


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_ball_of_your_own():
    at_rest = find_experiment("valley").run(start=(0.0, 0.0), steps=7)
    assert at_rest.result.costs["yours"].tolist() == [0.0]
    assert all(finding.held for finding in at_rest.result.findings())
    flown = find_experiment("valley").run(learning_rate=1000.0, momentum=0.5)
    assert np.isfinite(flown.result.paths["yours"]).all()
    assert "your ball, η = 1000" in flown.result.text
    flown.draw()


def test_direction():
    result = run_direction(directions=500, seed=3)
    for m in (1, 2, 3, 50):
        assert result.best_random[m] <= 1 + 1e-12
        assert result.against[m] == pytest.approx(1)
        assert result.lengths[m] == pytest.approx(1)
    assert result.best_random[1] == pytest.approx(1)
    assert result.best_random[50] < 0.9
    assert abs(result.best_angle) <= 1
    assert result.changes == pytest.approx(-np.cos(np.deg2rad(result.angles)), abs=0.02)


def test_sizes_that_are_not_there_are_not_claimed():
    result = find_experiment("more-data").run(sizes=(30, 5000, 50_000), seeds=1, seen=1000).result
    assert result.sizes == (30, 1198)


def test_cost(short):
    result = short("cost").result
    assert result.still > 50
    assert result.still_cost == 0
    assert abs(result.jump) >= 1
    assert abs(result.cost_of_jump) < 1e-9
    assert result.halved == pytest.approx(0.5, abs=0.05)
    assert result.by_hand < 1e-12
    # Where the slope of each cost is 0, found by trying weights.
    w = np.linspace(-1, 1, 20_001)[:, None]
    a = 1 / (1 + np.exp(-w * [1, 1, 3]))
    y = WANTED[:, 0]
    quadratic = ((y - a) ** 2).sum(axis=1)
    entropy = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
    assert result.minima["quadratic"] == pytest.approx(w[quadratic.argmin(), 0], abs=1e-3)
    assert result.minima["cross-entropy"] == pytest.approx(w[entropy.argmin(), 0], abs=1e-3)


def test_minibatch(short):
    result = short("minibatch").result
    assert result.slope == pytest.approx(-1, abs=0.05)
    assert result.from_examples < 1e-10
    assert 0.3 < result.bias < 3
    assert result.downhill > 0.75
    centre = result.clouds[100].mean(axis=0)
    assert centre == pytest.approx([1, 0], abs=0.3)
    spreads = [result.clouds[m].std() for m in (1, 10, 100)]
    assert spreads[0] > 2 * spreads[1] > 2 * spreads[2]


def test_scaling(short):
    result = short("scaling").result
    assert (result.batch_size, result.short) == (10, 5)
    assert result.before_short < 1e-10
    assert result.after_short > 1e-6
    assert result.repeated == 0
    assert result.whole < 1e-12
    even = find_experiment("scaling").run(digits=100).result
    assert even.differences.max() < 1e-10
    assert all(finding.held for finding in even.findings())


def test_online(short):
    result = short("online").result
    assert result.updates.tolist() == [1198 // 1, -(-1198 // 5), -(-1198 // 20)]
    assert np.median(result.accuracies[0, :, 0]) > np.median(result.accuracies[-1, :, 0])
    assert result.noise[0] > 5 * result.noise[-1]


def test_learning_rate(short):
    result = short("learning-rate").result
    low, best, high = np.median(result.accuracies, axis=1)
    assert best > 50 > max(low, high)


def test_mnist(short, bundled):
    result = short("mnist").result
    assert result.counts.sum() == 1797
    assert result.range == (0, 1)
    assert result.paper == 0
    assert result.y6.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert result.shared == 0
    assert result.parameters == 11_935


def test_the_whole_of_mnist(mnist_folder, monkeypatch):
    monkeypatch.setenv("DIGITWISE_DATA", str(mnist_folder))
    result = find_experiment("mnist").run().result
    assert result.counts.sum(axis=1).tolist() == [60_000, 10_000]
    assert all(finding.held for finding in result.findings())


def test_ten_against_four(short):
    result = short("ten-vs-four").result
    assert len(result.ten) == len(result.four) == 8
    assert np.median(result.ten) > np.median(result.four)
    assert (result.invalid <= 100 - result.four).all()
    assert result.invalid.max() > 0
    assert result.tie == 3


def test_bitwise(short):
    result = short("bitwise").result
    ours, shifted, zero = result.right.values()
    assert ours == shifted == result.trials
    assert zero < result.trials / 2
    assert result.margin > 9
    assert result.same > 80


def test_hidden(short):
    result = short("hidden").result
    assert result.parameters.tolist() == [3985, 23_860]
    assert (result.sum_of_quarters == result.whole).all()
    assert result.whole.any()
    assert result.recognised["whole"] > 80
    assert np.median(result.largest_quarter) < 0.5
    assert np.median(result.smooth) > 0.4 > abs(result.smooth_before)


def test_shared(short):
    result = short("shared").result
    ours, full = (result.parameters[kind] for kind in (SHARED, FULL))
    assert ours.tolist() == [4266, 9098]
    assert full == pytest.approx([*ours, 795 * 60 + 10], rel=0.1)
    assert (result.neurons, result.weights, result.unshared) == (6272, 80, 6272 * 785)
    assert [maps.shape for maps in result.pictures] == [(8, 14, 14), (16, 7, 7)]
    assert all(maps.any() for maps in result.pictures)
    assert result.largest_difference < 1e-5
    still, once, *_, far = (result.shifted[SHARED] - result.shifted[FULL]).mean(axis=1)
    assert min(once, far) > max(still, 0)


def test_digits_are_moved_in_four_directions():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10, 20] = 200
    places = [np.argwhere(some[0]).tolist() for some in moved(image, 3)]
    assert places == [[[13, 20]], [[7, 20]], [[10, 23]], [[10, 17]]]
    assert all((some == image).all() for some in moved(image, 0))
    corner = np.full((2, 28, 28), 9, np.uint8)
    down, _, right, _ = moved(corner, 4)
    assert not down[:, :4].any()
    assert (down[:, 4:] == 9).all()
    assert not right[:, :, :4].any()


def test_maps_of_a_moved_digit_are_told_from_others(few):
    network = Network([784, Convolution(3, pool=2), 10], activation="relu", rng=1)
    assert _difference(network, few.images) < 1e-12
    network.layers[0] = Convolution(3, pool=4).after(784)  # two pixels are no whole squares
    assert _difference(network, few.images) > 0.1


def test_nine(short):
    result = short("nine").result
    assert result.inputs == 4096
    assert result.balanced > 85
    share = 50 * ((result.nines >= 0.5).mean() + (result.others < 0.5).mean())
    assert result.balanced == pytest.approx(share)
    assert is_nine(np.array([0.4999, 0.5, 0.5001])).tolist() == [False, True, True]


def test_enlarged_digits_keep_their_grey(few):
    large = enlarged(few)
    assert large.shape == (50, 4096)
    assert 0 <= large.min() < large.max() <= 1
    assert large.mean(axis=1) == pytest.approx(few.inputs().mean(axis=1), rel=0.02)


def test_more_data(short):
    result = short("more-data").result
    medians = np.median(result.accuracies, axis=1)
    assert medians[1] > medians[0] + 10
    assert np.median(result.endless) > 80
    assert 30 < result.rules < medians[1] - 10


def test_rules_see_loops():
    ring = np.zeros((28, 28), np.uint8)
    ring[4:24, 8:20] = 255
    ring[7:21, 11:17] = 0
    assert by_rules(ring) == 0
    two = ring.copy()
    two[13:15, 8:20] = 255
    assert by_rules(two) == 8
    stroke = np.zeros((28, 28), np.uint8)
    stroke[4:24, 13:15] = 255
    assert by_rules(stroke) == 1
    assert by_rules(np.zeros((28, 28), np.uint8)) == 1


def test_dead_outputs(short):
    result = short("dead-outputs").result
    assert result.dead("scaled") == 0 < result.dead("gaussian")
    assert np.median(result.accuracies["scaled"]) > np.median(result.accuracies["gaussian"])
    assert result.peaks["gaussian"].shape == (3, 10)


def test_slice(short):
    result = short("slice").result
    assert result.dimensions == 23_860
    assert result.angle == pytest.approx(90, abs=0.1)
    middle = len(result.at) // 2
    assert result.costs[middle, middle] == pytest.approx(result.end_cost)
    assert result.costs.min() <= result.end_cost < 0.2 * result.start_cost


def test_segmentation(short):
    result = short("segmentation").result
    assert result.read == "504192"
    assert result.digits.shape == (6, 28, 28)
    assert result.auc > 0.9
    assert result.tried == result.same > 2


def test_auc_counts_pairs():
    rng = np.random.default_rng(0)
    right, wrong = rng.integers(0, 5, 20) / 5, rng.integers(0, 4, 30) / 5
    pairs = [(r > w) + 0.5 * (r == w) for r, w in product(right, wrong)]
    assert _auc(right, wrong) == pytest.approx(np.mean(pairs))


def test_the_best_of_all_ways_is_found():
    scores = np.full((4, 11), -9.0)
    scores[0, 1], scores[1, 2], scores[2, 3], scores[3, 7] = -1, -1, -1, -2.5
    scores[1, SKIP] = -0.5
    lattice = Lattice(3, np.array([0, 1, 2, 0]), np.array([1, 2, 3, 3]), scores)
    assert ways(lattice) == 2 * 2 * 2 + 2
    assert best_of_all(lattice) == "7"  # -2.5, as 13 with a piece passed over, which comes first
    scores[3, 7] = -2.6
    assert best_of_all(lattice) == "13"


def test_your_image(short):
    result = short("your-image").result
    assert result.seen.shape == (28, 28)
    assert result.raw["as it is"] > 85
    assert result.raw["reversed"] < 30
    framed = dict(result.framed)
    assert framed.pop("filling the frame") > 70
    assert min(framed.values()) > result.raw["as it is"] - 12


def test_circuits_are_drawn_forward():
    gates = [Gate("p", ("a", "b"), (1, 1), 0), Gate("q", ("p", "a"), (1, 1), 0)]
    circuit = Circuit(["a", "b"], gates, ["q"])
    assert depths(circuit) == {"a": 0, "b": 0, "p": 1, "q": 2}
    at = places(circuit)
    assert at["a"][0] == at["b"][0] < at["p"][0] < at["q"][0]
    assert at["a"][1] > at["b"][1]


def test_four_outputs_are_the_bits_of_the_label(few):
    from digitwise.bitwise import bits_of
    from digitwise.data.answers import as_ten
    from digitwise.engines import choose_engine
    from digitwise.training.feed import epoch_order

    networks = []
    for engine in FULL_ENGINES:
        network = Network([784, 9, 4], rng=3)
        choose_engine(engine).run(network, few, epoch_order(0, 0, len(few)), 7, 0.5)
        networks.append(network)
    x = few.inputs(np.float64)
    slow = Network([784, 9, 4], rng=3)
    for start in range(0, len(few), 7):
        batch = epoch_order(0, 0, len(few))[start : start + 7]
        y = [[int(b) for b in f"{label:04b}"[::-1]] for label in few.labels[batch]]
        gradient = slow.gradient(x[batch], np.array(y, float))
        for w, slopes in zip(slow.weights, gradient.weights, strict=True):
            w -= 0.5 * slopes
        for b, slopes in zip(slow.biases, gradient.biases, strict=True):
            b -= 0.5 * slopes
    for network in networks:
        for ours, theirs in zip(network.weights, slow.weights, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-9)
    z = np.random.default_rng(0).normal(0, 2, (5, 4))
    p = 1 / (1 + np.exp(-z))
    for digit in range(10):
        bits = [int(b) for b in f"{digit:04b}"[::-1]]
        likely = np.prod(np.where(bits, p, 1 - p), axis=1)
        assert 1 / (1 + np.exp(-as_ten(z)[:, digit])) == pytest.approx(likely)
    codes = 40 * (bits_of(np.arange(10)) - 0.5)
    assert as_ten(codes).argmax(axis=1).tolist() == list(range(10))
