"""The same training by other means: each runs an epoch from a given start in a given order.

A peer is a class with `name`; `__init__(network, train, batch_size, learning_rate)`, outside the
clock, where data take the form that it wants; `epoch(order)`, timed; `network()`, what it has
learnt, as a `digitwise.Network`. The cost is the quadratic one unless a peer can't.
"""
