"""Peers: the same training in other libraries, from given weights and in a given order.

A peer is a class with `name`; `__init__(network, train, batch_size, learning_rate)`, which prepares
the data and isn't timed; `epoch(order)`, which is timed; and `network()`, which returns the trained
`digitwise.Network`. The cost is quadratic, unless the library has no such cost.
"""
