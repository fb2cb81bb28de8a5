import pytest

from digitwise.training.history import Epoch, History


@pytest.fixture
def history():
    epochs = [Epoch(k, 1 / k, 0.9, 0.8 + k / 100, None, 0.25) for k in range(1, 13)]
    return History(epochs, warnings=["output 3 <never> fires"])


def test_a_line_for_a_history(history):
    assert repr(history) == (
        "History: 12 epochs in 3 s; cost 0.0833, train 90.00%, test 92.00%\n"
        "  output 3 <never> fires"
    )
    validated = History([Epoch(1, 0.5, 0.75, None, 0.7)])
    assert repr(validated) == "History: 1 epoch; cost 0.5000, train 75.00%, validation 70.00%"
    assert repr(History()) == "History: no epoch yet"


def test_curves_and_the_last_epochs_as_html(history, parse, open_png):
    page = parse(history._repr_html_())
    assert page.rows[0] == ["epoch", "cost", "train", "test", "seconds"]
    assert page.rows[1] == ["…"] * 5
    assert [row[0] for row in page.rows[2:]] == [str(k) for k in range(3, 13)]
    assert page.rows[-1] == ["12", "0.0833", "90.00%", "92.00%", "0.25"]
    assert "output 3 <never> fires" in page.texts
    (curves,) = page.images
    assert open_png(curves).size == (1200, 480)
    few = parse(History(history.epochs[:10])._repr_html_())
    assert len(few.rows) == 11
    assert parse(History()._repr_html_()).text == "History no epoch yet"


def test_what_was_not_measured_is_left_open(parse):
    page = parse(History([Epoch(1, 0.5, 0.75), Epoch(2, 0.4, 0.8, 0.7)])._repr_html_())
    assert page.rows[1:] == [
        ["1", "0.5000", "75.00%", "", ""],
        ["2", "0.4000", "80.00%", "70.00%", ""],
    ]


def test_a_figure_has_cost_and_accuracy(history, open_png):
    figure = history.plot("two curves")
    assert open_png(figure._repr_png_()).size == (1200, 480)
    cost, accuracy = figure.axes
    assert cost.lines[0].get_ydata()[-1] == pytest.approx(1 / 12)
    assert accuracy.lines[1].get_ydata()[-1] == pytest.approx(92)
    shown = [text.get_text() for text in accuracy.get_legend().get_texts()]
    assert shown == ["training digits", "test digits"]
    assert figure.get_suptitle() == "two curves"
    # pyplot keeps every figure that is made with it.
    from matplotlib import pyplot

    assert pyplot.get_fignums() == []
