"""scikit-learn's MLPClassifier: softmax and log loss in the last layer, its own shuffling."""

import numpy as np
from sklearn.neural_network import MLPClassifier


class Sklearn:
    name = "scikit-learn, MLPClassifier"

    def __init__(self, network, train, batch_size, learning_rate):
        self.x, self.y = train.inputs(), train.labels
        self.model = MLPClassifier(
            network.sizes[1:-1],
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=batch_size,
            # Log loss diverges at the learning rate of the quadratic cost.
            learning_rate_init=learning_rate / 6,
            momentum=0.0,
            random_state=0,
        )
        self.model.partial_fit(self.x[:batch_size], self.y[:batch_size], classes=range(10))
        self.model.coefs_ = [w.T.copy() for w in network.weights]
        self.model.intercepts_ = [b.copy() for b in network.biases]

    def epoch(self, order):
        self.model.partial_fit(self.x, self.y)

    def accuracy(self, digits):
        return float(np.mean(self.model.predict(digits.inputs()) == digits.labels))
