// Charts by Plotly, in the page's colours.

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const MARGIN = { t: 8, r: 8, b: 40, l: 52 };

export function plot(element, traces, { xaxis, yaxis, ...layout } = {}, config = {}) {
  const axis = { gridcolor: colour("line"), zeroline: false };
  Plotly.react(
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
