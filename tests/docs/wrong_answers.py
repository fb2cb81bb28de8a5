"""Wrong answers to the course's exercises, as learners give them, with their replies."""

WRONG = {
    "1.1": [("answer = 5", "Is 4 above 4?"), ("answer = 'four'", "expected a number")],
    "1.2": [
        ("weights, bias = [2, 2, 2], -1", "two weights"),
        ("weights, bias = [2, 2], 0.5", "only the bias"),
        ("weights, bias = [2, 2], -3", "Each weight alone"),
    ],
    "1.3": [
        ("weights, bias = [1, 1, 1], 0", "Make the bias smaller"),
        ("weights, bias = [1, 1, 1], -2", "Make the bias larger"),
    ],
    "1.4": [("def xor(a, b): return nand([a, b])", "Start with n")],
    "1.5": [
        ("expression = 'a xor b xor c'", "Exclude that case"),
        ("expression = 'a nor b'", "can't be read"),
    ],
    "1.6": [("count = 16", "XOR"), ("count = 15", "opposite")],
    "2.1": [("def my_sigmoid(z): return 1 / (1 + np.exp(z))", "Mind the sign")],
    "2.2": [("change = 0.05", "here z is 1"), ("change = slope", "Multiply it")],
    "2.3": [
        ("def slopes(w, b, x): return x, 1.0", "value 1 of 2"),
        ("def slopes(w, b, x): return dw.sigmoid(w @ x + b)", "2 values in a tuple"),
    ],
    "2.4": [("c = np.log(99)", "Divide by z")],
    "2.5": [("alpha, beta = 1, 2", "large z"), ("alpha, beta = 2, 1", "Compare slopes")],
    "3.1": [("count = 784 * 15 + 15 * 10", "Add the biases"), ("count = 3", "too small")],
    "3.2": [
        ("def feedforward(w, b, x): return w[0] @ x + b[0]", "a single layer"),
        ("def feedforward(w, b, x): return dw.sigmoid(w[0] @ x + b[0])", "two layers"),
    ],
    "3.3": [("count = 7", "Count both ends")],
    "3.4": [
        ("W, b = np.ones((10, 4)), np.zeros(4)", "shape (4, 10)"),
        ("W, b = bits_of(np.arange(10)).T * 1.0, np.zeros(4)", "always on"),
        ("W, b = -np.ones((4, 10)), np.zeros(4)", "some digit"),
    ],
    "3.5": [
        (
            "hidden_weights, hidden_biases = [[20, 20], [20, 20]], [-10, -30]\n"
            "output_weights, output_bias = [[20, 20]], [-30]",
            "an OR, the other a NAND",
        ),
        (
            "hidden_weights, hidden_biases = [[2, 2], [-2, -2]], [-1, 3]\n"
            "output_weights, output_bias = [[2, 2]], [-2.5]",
            "not sure enough",
        ),
    ],
    "4.1": [("def my_gradient(v): return np.array([2 * v[0] - 6, 4 * v[1]])", "v1·v2")],
    "4.2": [
        ("def roll(g, start, eta, steps): return start + 0.0", "One step"),
        (
            "def roll(g, start, eta, steps):\n"
            "    for _ in range(steps):\n"
            "        start -= eta * g(start)\n"
            "    return start",
            "changes `start`",
        ),
    ],
    "4.3": [("largest = 2 / 3", "curvature is 6"), ("largest = [1, 2]", "a single number")],
    "4.4": [("eta = 0.1", "η‖∇C‖"), ("eta = 0.1 / 25", "length of (3, 4)")],
    "4.5": [("ridge = 0.93", "bottom of a hollow"), ("ridge = 0", "too small")],
    "5.1": [("delta = dw.sigmoid(2.0)", "Multiply it by the slope")],
    "5.2": [
        (
            "def backpropagate(weights, biases, x, y):\n"
            "    delta = weights[0] @ x + biases[0] - y\n"
            "    return [np.outer(delta, x)], [delta]",
            "One layer",
        ),
        (
            "def backpropagate(weights, biases, x, y):\n"
            "    a = dw.sigmoid(weights[0] @ x + biases[0])\n"
            "    delta = (a - y) * a * (1 - a) if len(weights) == 1 else a\n"
            "    return [np.outer(delta, x)], [delta]",
            "Value 1 is the list",
        ),
    ],
    "5.3": [
        ("def error_of_tanh_layer(d, W, z): return W.T @ d", "Only σ′ is replaced"),
        ("def error_of_tanh_layer(d, W, z): return W @ d", "raises ValueError"),
    ],
    "5.4": [("different_rows = 4", "compare its rows")],
    "5.5": [("line = 'A'", "come from A"), ("line = 'E'", "is not it")],
    "6.1": [("cheaper, larger_error = 6000, 100", "square root")],
    "6.2": [
        ("def mini_batches(n, m, rng): return [np.arange(n)[:m]]", "missing"),
        (
            "def mini_batches(n, m, rng):\n"
            "    order = rng.permutation(n)\n"
            "    return [order[k : k + m] for k in range(0, n - m + 1, m)]",
            "don't drop the rest",
        ),
        (
            "def mini_batches(n, m, rng): return [np.arange(n)[k:k + m] for k in range(0, n, m)]",
            "aren't shuffled",
        ),
        (
            "def mini_batches(n, m, rng):\n"
            "    order = np.random.default_rng(9).permutation(n)\n"
            "    return [order[k : k + m] for k in range(0, n, m)]",
            "Take the order from rng",
        ),
    ],
    "6.3": [
        ("steps, in_the_last = 431, 7", "a step too"),
        ("steps, in_the_last = 144, 7", "there are three"),
        ("steps, in_the_last = 432, 10", "value 2 of 2"),
    ],
    "6.4": [("eta = 0.03", "larger or smaller")],
    "6.5": [
        ("def schedule(epoch): return 3.0 * 0.5 ** (epoch / 5)", "still 3"),
        ("def schedule(epoch): return 3.0 if epoch < 5 else 1.5", "epoch // 5"),
    ],
    "7.1": [
        (
            "def nearest_average(pictures):\n"
            "    return ((pictures[:, None] - averages) ** 2).sum(axis=2).argmax(axis=1)",
            "Smallest distance",
        ),
        (
            "def nearest_average(pictures):\n"
            "    return abs((pictures[:, None] - averages).sum(axis=2)).argmin(axis=1)",
            "Square each pixel",
        ),
    ],
    "7.2": [("standard_error = 0.93 * 0.07 / 360", "square root")],
    "7.3": [
        (
            "shares = result.confusion.diagonal() / result.confusion.sum(axis=0)",
            "Divide by how many digits",
        ),
        ("shares = result.confusion.diagonal()", "10 of 10 numbers differ"),
    ],
    "7.4": [
        ("def dead_outputs(network, digits): return [2, 7]", "without any"),
        ("def dead_outputs(network, digits): return []", "silenced"),
    ],
    "7.5": [
        ("my_network = 0.97", "the network itself"),
        (
            "my_network = dw.Network([784, 5, 10], cost='quadratic', init='scaled', rng=0)",
            "fewer than 90%",
        ),
    ],
    "8.1": [
        ("def look(picture): return frame_picture(picture)", "(1, 784)"),
        ("def look(picture): return frame_picture(picture).reshape(1, 784)", "divide by 255"),
        ("def look(picture): return np.zeros((1, 784))", "before anything else"),
    ],
    "8.2": [("ways = 12", "any number of the cuts"), ("ways = 2**11", "too small")],
    "8.3": [
        ("def best_way(score, K): return [(0, K)]", "beat one of 0.5"),
        (
            "def best_way(score, K):\n"
            "    i, way = 0, []\n"
            "    while i < K:\n"
            "        j = max((j for a, j in score if a == i), key=lambda j: score[i, j])\n"
            "        way.append((i, j))\n"
            "        i = j\n"
            "    return way",
            "to each place",
        ),
    ],
    "8.4": [
        ("my_drawing, my_digit = np.ones((80, 80)), '1'", "no ink"),
        ("my_drawing, my_digit = three, '8'", "another digit"),
        ("my_drawing, my_digit = letter, read_drawing(letter)[0].text", "isn't sure"),
    ],
    "8.5": [
        ("def threshold(confidence, right, max_error): return confidence[0]", "All five"),
        ("def threshold(confidence, right, max_error): return 0.5", "From 0.6 on"),
    ],
    "9.1": [
        (
            "def slide(patch, image):\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))\n"
            "    return (windows * patch).sum(axis=(2, 3))",
            "pad it with zeros",
        ),
        (
            "def slide(patch, image):\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 1), (3, 3))\n"
            "    return (windows * patch[::-1, ::-1]).sum(axis=(2, 3))",
            "don't turn the patch",
        ),
    ],
    "9.2": [
        ("my_patch, my_bias = np.ones(9), 0", "shape (3, 3)"),
        ("my_patch, my_bias = [[-1, -1, -1], [-1, 1, 1], [-1, 1, -1]], -3", "bias too low"),
        ("my_patch, my_bias = [[0, 0, 0], [0, 1, 1], [0, 1, 0]], -2.5", "fires elsewhere"),
    ],
    "9.3": [
        ("count = 16 * 9", "*each* of the 8 maps"),
        ("count = 16 * 9 * 8", "add the biases"),
        ("count = 14 * 14 * 16 * 73", "share its weights"),
    ],
}
