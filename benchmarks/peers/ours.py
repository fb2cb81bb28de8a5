"""The engines of digitwise."""

from digitwise.engines import choose_engine


class Ours:
    engine = ""

    def __init__(self, network, train, batch_size, learning_rate):
        self.trained, self.train = network, train
        self.setting = (batch_size, learning_rate)
        self.runner = choose_engine(self.engine)

    def epoch(self, order):
        self.runner.run(self.trained, self.train, order, *self.setting)

    def network(self):
        return self.trained


class Fused(Ours):
    name, engine = "digitwise, fused", "fused"


class Dense(Ours):
    name, engine = "digitwise, dense", "dense"


class Reference(Ours):
    name, engine = "digitwise, reference", "reference"
