"""Pictures of the valley: from above, as a landscape, step by step, and with rolling balls."""

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.lab.surfaces import SURFACES, Surface

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from digitwise.lab.valley import Valley

LOOKS = {
    "too small": ("#e0a458", "-."),
    "right": ("#1b4965", "-"),
    "too large": ("#c8553d", ":"),
    "momentum": ("#7a8b99", "--"),
    "yours": ("black", (0, (3, 1, 1, 1))),
}


def draw(result: "Valley") -> "dict[str, Figure]":
    """Draw the surface from above with the balls' paths, C step by step, and a landscape."""
    from digitwise.lab.figures import HEAT, new_figure

    above, axes = new_figure(7, 5.4)
    _contours(axes, SURFACES[result.surface])
    for name, path in result.paths.items():
        colour, line = LOOKS[name]
        rate = result.rates.get(name, result.rates["right"])
        axes.plot(
            *path.T, linestyle=line, color=colour, marker="o", ms=2.5, lw=1.4,
            label=f"{name}, η = {rate:.3g}",
        )  # fmt: skip
    axes.plot(*SURFACES[result.surface].minima.T, "*", color="black", ms=11, label="minimum")
    axes.set_title(f"C = {result.formula}")
    axes.legend(loc="upper left", frameon=True, framealpha=0.9, fontsize=8)

    steps, axes = new_figure(7, 3.4)
    for name, costs in result.costs.items():
        colour, line = LOOKS[name]
        axes.semilogy(
            np.where(costs > 1e-16, costs, np.nan), linestyle=line, color=colour, label=name
        )
    first = result.costs["right"][0]
    axes.set(xlabel="step", ylabel="C above its minimum", ylim=(1e-8 * first, 1e4 * first))
    axes.legend()

    land, _ = new_figure(7, 5)
    land.clear()
    axes = land.add_subplot(projection="3d")
    place = SURFACES[result.surface]
    x, y, z = place.heights(60)
    axes.plot_surface(x, y, z, cmap=HEAT, alpha=0.75, linewidth=0.15, edgecolor="#44525c")
    path = result.paths["right"]
    heights = np.array([place.cost(v) for v in path])
    axes.plot(*path.T, heights + 0.02 * z.max(), "o-", color="#c8553d", ms=3, zorder=9)
    axes.view_init(38, -62)
    axes.set(xlabel="v₁", ylabel="v₂", zlabel="C")
    return {"above": above, "steps": steps, "landscape": land}


def animate(result: "Valley") -> dict[str, bytes]:
    """Return a GIF of two rolling balls, one with momentum."""
    from PIL import Image

    from digitwise.lab.figures import content, new_figure

    frames = []
    shown = {name: result.paths[name] for name in ("right", "momentum")}
    for frame in range(0, min(61, len(shown["right"])), 2):
        figure, axes = new_figure(5, 4)
        _contours(axes, SURFACES[result.surface])
        for name, path in shown.items():
            colour, line = LOOKS[name]
            axes.plot(*path[: frame + 1].T, linestyle=line, color=colour, lw=1.3, label=name)
            axes.plot(*path[min(frame, len(path) - 1)], "o", ms=10, color=colour, mec="white")
        axes.set_title(f"step {frame}")
        axes.legend(loc="upper left", frameon=True)
        frames.append(Image.open(io.BytesIO(content(figure, "png"))).convert("P"))
    file = io.BytesIO()
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], duration=[120] * len(frames), loop=0
    )
    return {"balls": file.getvalue()}


def _contours(plot: Any, place: Surface) -> None:
    x, y, z = place.heights(120)
    levels = np.quantile(z, np.linspace(0, 1, 18))
    plot.contourf(x, y, z, levels=levels, alpha=0.35)
    plot.contour(x, y, z, levels=levels, colors="#7a8b99", linewidths=0.5)
    x0, x1, y0, y1 = place.window
    plot.set(xlim=(x0, x1), ylim=(y0, y1), xlabel="v₁", ylabel="v₂", aspect="equal")
