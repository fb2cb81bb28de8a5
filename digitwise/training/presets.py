"""Settings that have a name. They were chosen on the last 10,000 training digits of MNIST."""

from dataclasses import replace

from digitwise.settings import Settings

DEEP = Settings(
    activation="relu",
    cost="cross-entropy",
    init="he",
    batch_size=128,
    learning_rate=0.1,
    momentum=0.9,
    nesterov=True,
    schedule="cosine",
    deform="mnist",
)
"""What the networks of several layers have in common."""

HANDS = (
    "cvl_digits:0.15",
    "danish_parish:0.14",
    "unipen_strokes:0.12",
    "pendigits_strokes:0.06",
    "digilets_strokes:0.05",
    "nist_delft:0.06",
    "usps_train:0.03",
    "orand_car_a:0.06",
    "optdigits_orig:0.015",
    "mfeat_pix:0.01",
)
"""Other hands and countries than MNIST's, which has the rest."""

READER = replace(
    DEEP,
    also=HANDS,
    hidden=(2000, 900, 500),
    epochs=100,
    deform="wild",
    non_digits=0.33,
    numbers=12_000,
    real_numbers="numbers",
    average=3.0,
    validation=5000,
    store="float16",
)
"""Of networks that read: they say no to what is no digit."""

PRESETS = {
    "default": Settings(),
    # The published program: 50,000 training digits, the rest set aside.
    "chapter": Settings(
        hidden=(30,),
        epochs=30,
        batch_size=10,
        learning_rate=3.0,
        cost="quadratic",
        init="gaussian",
        limit=50_000,
    ),
    # 99% of MNIST's test digits, as soon as possible.
    "fast": replace(DEEP, hidden=(1000, 500), epochs=11, plain_epochs=2),
    # As many as possible, with one fully connected network in an hour on two cores.
    "best": replace(
        DEEP, hidden=(2500, 1000, 500), epochs=200, numbers=5000, average=5.0, validation=1000
    ),
    # What is shipped: reads digits as pens, papers and cameras make them, and says no to the rest.
    "reader": READER,
    # The same with shared weights: a fifth of the parameters.
    "reader-shared": replace(
        READER,
        convolutions="3x3x16p2,3x3x32p2,3x3x64",
        hidden=(256,),
        learning_rate=0.03,
        epochs=60,
    ),
}
