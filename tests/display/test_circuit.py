from digitwise.circuits import adder, half_adder


def test_a_circuit_shows_itself(open_png):
    image = open_png(half_adder()._repr_png_())
    small = open_png(half_adder().merged()._repr_png_())
    assert image.size == small.size
    assert image.tobytes() != small.tobytes()
    assert open_png(adder(2)._repr_png_()).width > image.width


def test_the_figure_has_gates_weights_and_outputs():
    (axes,) = half_adder().plot().axes
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("+3") == 5
    assert texts.count("-2") == 10
    assert {"a", "b", "sum", "carry"} < set(texts)


def test_one_that_is_too_large_says_so(open_png):
    figure = adder(8).plot()
    assert "too many to draw" in figure.axes[0].texts[0].get_text()
    open_png(figure._repr_png_())
