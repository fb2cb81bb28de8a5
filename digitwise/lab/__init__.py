"""The lab: claims of the chapter, run and checked, in one module for each experiment.

>>> find_experiment("adder").run(bits=3).result.findings()[0].held
True
"""

from typing import TYPE_CHECKING

from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.lab.experiment import Experiment

EXPERIMENTS = {
    "decisions": "A perceptron weighs evidence: thresholds, biases, layers of decisions",
    "gates": "Perceptrons are gates, and NAND gates compute every function",
    "adder": "Circuits of NAND perceptrons that add",
    "compile": "Your own Boolean expression as a network of perceptrons",
    "sigmoid": "Sigmoid neurons: perceptrons made smooth, and how they become perceptrons",
    "linearisation": "Small changes of weights, small changes of output: Eq. 5 and 9",
    "valley": "Gradient descent on surfaces of one, two and fifty dimensions",
    "direction": "The best direction for a step of given length",
    "cost": "A cost function, and why correct answers aren't counted instead",
    "minibatch": "A mini-batch is a poll of the training digits",
    "scaling": "Sums or means: without 1/m the learning rate is another",
    "online": "Mini-batches of one: updates against seconds",
    "learning-rate": "Learning rates on digits: too small, right, too large",
    "mnist": "The digits themselves: 28×28 inputs, one-hot outputs",
    "ten-vs-four": "Ten output neurons against the four bits of the digit",
    "bitwise": "An exercise solved: a layer that turns ten outputs into four bits",
    "hidden": "What hidden neurons respond to, and how many are needed",
    "shared": "What small parts tell: neurons that look at a patch and share its weights",
    "nine": "Is it a 9? A network with one output and 64×64 inputs",
    "more-data": "Rules against learning, and more data against less",
    "dead-outputs": "How the start decides: outputs that never learn to fire",
    "slice": "The cost around a trained network, along two directions",
    "segmentation": "A number read by trying cuts and letting the network judge",
    "your-image": "Your own picture as the network sees it",
}
"""Name and subject of each experiment; its module is imported when it is needed."""


def find_experiment(name: str) -> "Experiment":
    """Return the experiment of this name.

    Raises
    ------
    InputError
        If the name is unknown.
    """
    if name not in EXPERIMENTS:
        raise InputError(
            f"the lab has no experiment {name!r:.80}; expected one of: {', '.join(EXPERIMENTS)}"
        )
    from digitwise.lab.experiment import Experiment

    return Experiment(name, EXPERIMENTS[name])
