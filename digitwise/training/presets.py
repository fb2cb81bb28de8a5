"""Presets: settings with names, chosen on the last 10,000 training digits of MNIST."""

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
"""Settings that all networks of several layers share."""

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
"""Collections of other writers and countries, with their shares; MNIST has the remaining share."""

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
"""Settings of networks that read; they reject non-digits."""

PRESETS = {
    "default": Settings(),
    # The program of Nielsen's chapter: 50,000 training digits; it sets the others aside.
    "chapter": Settings(
        hidden=(30,),
        epochs=30,
        batch_size=10,
        learning_rate=3.0,
        cost="quadratic",
        init="gaussian",
        limit=50_000,
    ),
    # 99% of MNIST's test digits, in the shortest time.
    "fast": replace(DEEP, hidden=(1000, 500), epochs=11, plain_epochs=2),
    # Highest accuracy on MNIST with one fully connected network, in an hour on two cores.
    "best": replace(
        DEEP, hidden=(2500, 1000, 500), epochs=200, numbers=5000, average=5.0, validation=1000
    ),
    # The shipped model: reads digits of many pens, papers and cameras, and rejects non-digits.
    "reader": READER,
    # The same with shared weights, which takes a fifth of the parameters.
    "reader-shared": replace(
        READER,
        convolutions="3x3x16p2,3x3x32p2,3x3x64",
        hidden=(256,),
        learning_rate=0.03,
        epochs=60,
    ),
}
