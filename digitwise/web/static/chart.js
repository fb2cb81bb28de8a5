// Charts by Plotly, in the page's colours. Plotly (1.5 MB) is loaded for the first chart.

let coming = null; // promise of Plotly

function plotly() {
  coming ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("vendor/plotly.min.js", import.meta.url);
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error("Charts can't be drawn: Plotly didn't arrive. Reload the page.")));
    document.head.append(script);
  });
  return coming;
}

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const MARGIN = { t: 8, r: 8, b: 40, l: 52 };

export async function plot(element, traces, { xaxis, yaxis, ...layout } = {}, config = {}) {
  const axis = { gridcolor: colour("line"), zeroline: false };
  const drawn = await plotly().catch((error) => element.replaceChildren(error.message));
  drawn?.react(
    element,
    traces,
    {
      margin: MARGIN,
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: colour("quiet"), size: 11 },
      colorway: [colour("accent"), "#c8553d"],
      showlegend: false,
      ...layout,
      xaxis: { ...axis, ...xaxis },
      yaxis: { ...axis, ...yaxis },
    },
    { displayModeBar: false, responsive: true, ...config },
  );
}

// Changes the data of some traces; calls take effect in their order.
export async function replot(element, data, traces) {
  const drawn = await plotly().catch(() => null);
  drawn?.restyle(element, data, traces);
}
