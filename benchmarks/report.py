"""Run all benchmarks of speed, and write docs/performance.md and its picture.

    DIGITWISE_DATA=FOLDER python benchmarks/report.py

It takes about ten minutes on an idle machine with two cores or more.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import machine, table

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
INK, ACCENT, GREY = "#1b4965", "#c8553d", "#9aa5b1"
QUESTIONS = [
    ["small_network.py"],
    ["large_network.py"],
    ["many_networks.py"],
    ["inference.py"],
    ["inference.py", "--two"],
    ["growth.py"],
    ["same_accuracy.py"],
    ["estimator.py"],
    ["convolution.py"],
]
TITLES = {
    "small networks": "How fast is a small network trained?",
    "large networks": "How fast is a large one?",
    "many networks": "Many networks at once",
    "inference, 1": "How fast does a trained network answer?",
    "growth": "How time grows, and memory",
    "same accuracy": "Is anything traded for it?",
    "estimator": "How fast is a classifier of scikit-learn's kind fitted?",
    "shared weights": "How fast are layers of shared weights?",
}
TERMS = """\
Each table was measured in one run of one program, side by side. The peers take turns; the first round (compilation,
cold caches) is dropped; the tables have the median, the least and the most of the others. Processes are pinned to one
core or two, and all libraries are limited to as many threads. All peers start from the same weights and learn the
same examples in the same order, except scikit-learn, which shuffles by itself and has softmax and log loss in its last
layer. The data are in each peer's own format before the clock starts. Times differ from machine to machine, and on
shared machines from minute to minute; ratios differ much less. `accuracy` is on MNIST's test digits after all rounds,
so that no peer saves work by learning less."""


def run(question: list[str], folder: Path) -> dict:
    print("==", *question, file=sys.stderr, flush=True)
    path = folder / ("".join(question) + ".json")
    subprocess.run(
        [sys.executable, HERE / question[0], *question[1:], "--json", path],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return json.loads(path.read_text())


def requirements(results: dict[str, dict]) -> str:
    """Return the table of required and measured figures."""
    rows = []

    def row(what, wanted, found, good):
        rows.append([what, wanted, found, "yes" if good else "**no**"])

    for network in results["small networks"]["figures"]["networks"]:
        timings = network["timings"]
        ratios = {name: t["notes"]["ratio"] for name, t in timings.items()}
        name = f"784-{network['hidden']}-10"
        ours = ("digitwise", "textbook")
        others = [v for peer, v in ratios.items() if not peer.startswith(ours)]
        least = 4 if network["hidden"] == 30 else 3
        row(f"{name}: fastest peer", f"{least}×", f"{min(others):.1f}×", min(others) >= least)
        if network["hidden"] == 30:
            for peer, wanted in (
                ("textbook loop", 40),
                ("PyTorch, eager", 15),
                ("scikit-learn, MLPClassifier", 8),
            ):
                found = ratios[peer]
                row(f"{name}: {peer}", f"{wanted}×", f"{found:.1f}×", found >= wanted)
    timings = results["large networks"]["figures"]["timings"]
    found = min(t["notes"]["ratio"] for name, t in timings.items() if "digitwise" not in name)
    row("784-1000-500-10: fastest peer", "1.15×", f"{found:.2f}×", found >= 1.15)
    found = timings["digitwise, dense"]["notes"]["share"]
    row("784-1000-500-10: share of SGEMM", "75%", f"{100 * found:.0f}%", found >= 0.75)
    found = results["many networks"]["figures"]["ratio"]
    row("64 networks: two cores to one", "1.9×", f"{found:.2f}×", found >= 1.9)
    for key in ("inference, 1", "inference, 2"):
        for network in results[key]["figures"]["networks"]:
            ours, theirs = network["figures"].values()
            name = f"784-{network['hidden']}-10, threads: {network['threads']}"
            found = ours["one"] / theirs["one"]
            row(f"{name}: one image, to ONNX Runtime", "0.5", f"{found:.2f}", found <= 0.5)
            found = theirs["many"] / ours["many"]
            row(f"{name}: 10,000, throughput to it", "1×", f"{found:.2f}×", found >= 1)
    growth = results["growth"]["figures"]
    per_example = {int(n): v for n, v in growth["examples"].items()}
    found = max(abs(v / per_example[10_000] - 1) for n, v in per_example.items() if n >= 10_000)
    row("time an example, 10,000 to 1,000,000", "±10%", f"{100 * found:.1f}%", found <= 0.1)
    found = growth["memory"]["MiB"]
    row(
        "memory of the chapter's run",
        "500 MB",
        f"{found * 1.048576:.0f} MB",
        found * 1.048576 < 500,
    )
    for engine, chance in results["same accuracy"]["figures"]["p"].items():
        row(f"ten seeds, {engine} and reference: p", "> 0.05", f"{chance:.2f}", chance > 0.05)
    for of in results["estimator"]["figures"]["sets"]:
        notes = {name: timing["notes"] for name, timing in of["whole"].items()}
        ours, theirs = (
            next(n for name, n in notes.items() if mark in name) for mark in ("epochs", "MLP")
        )
        found, wanted = theirs["ratio"] / ours["ratio"], 2 if of["name"] == "Table" else 5
        as_good = ours["accuracy"] >= theirs["accuracy"]
        name = f"a fit, {of['name']}: MLPClassifier, no more accurate"
        row(name, f"{wanted}×", f"{found:.1f}×", as_good and found >= wanted)
    return table(["", "wanted", "measured", ""], rows)


def draw(results: dict[str, dict], path: Path) -> None:
    """Plot each peer's time an epoch, and the growth with hidden neurons."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 7), dpi=110, layout="constrained")
    top, bottom = figure.subplots(2, 2)
    for plot, network in zip(top, results["small networks"]["figures"]["networks"], strict=True):
        bars(plot, network["timings"], f"784-{network['hidden']}-10, m = 10, one thread")
    bars(
        bottom[0],
        results["large networks"]["figures"]["timings"],
        "784-1000-500-10, m = 128, two threads",
        log=False,
    )
    hidden = results["growth"]["figures"]["hidden"]
    sizes = [int(n) for n in hidden]
    bottom[1].loglog(sizes, [1e6 * v for v in hidden.values()], color=INK, marker="o", ms=4)
    bottom[1].set_title("784-n-10, m = 10: µs an example", fontsize=10)
    bottom[1].set(xlabel="hidden neurons")
    bottom[1].grid(alpha=0.25)
    figure.savefig(path)


def bars(plot, timings: dict, title: str, *, log: bool = True) -> None:
    timings = dict(sorted(timings.items(), key=lambda item: -median(item[1])))
    medians = [median(t) for t in timings.values()]
    colors = [ACCENT if "digitwise" in name else GREY for name in timings]
    plot.barh(list(timings), medians, color=colors)
    for place, value in enumerate(medians):
        plot.text(value * (1.08 if log else 1.01), place, f"{value:.3g} s", va="center", fontsize=8)
    if log:
        plot.set_xscale("log")
        plot.set_xlim(left=min(medians) / 4)
    plot.set_xlim(right=max(medians) * (4 if log else 1.2))
    plot.set_title(f"{title}: s an epoch", fontsize=10)
    plot.tick_params(axis="y", labelsize=8)
    plot.spines[["top", "right"]].set_visible(False)


def median(timing: dict) -> float:
    import statistics

    return statistics.median(timing["seconds"])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = {}
        for question in QUESTIONS:
            result = run(question, Path(folder))
            results[result["question"]] = result
    on = machine()
    versions = ", ".join(f"{name} {version}" for name, version in on["versions"].items())
    parts = [
        "# Performance",
        f"Written by `python benchmarks/report.py` on {on['date']}. {on['cpu']}, {on['cores']} cores. "
        f"Python {on['python']}; {versions}.",
        "![Seconds an epoch, by network and by program](performance.png)",
        TERMS,
        "## Wanted and measured",
        requirements(results),
    ]
    for question, result in results.items():
        if question in TITLES:
            parts.append(f"## {TITLES[question]}")
        parts.append(result["text"])
    (DOCS / "performance.md").write_text("\n\n".join(parts) + "\n")
    draw(results, DOCS / "performance.png")


if __name__ == "__main__":
    main()
