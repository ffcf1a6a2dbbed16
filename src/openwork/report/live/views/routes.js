// Routes: how each answer gets there, as a graph; an edge that is clicked is cut on the bench.

import { html, keep, refill } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { percent } from "../page/numbers.js";
import { same } from "../page/state.js";
import { graph, linkWords } from "../widgets/graph.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LiveEdge } from "../page/payload.js" */
/** @import { LiveRoute } from "../page/payload.js" */
/** @import { LiveRoutes } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { Cut } from "../page/state.js" */

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LiveRoutes | null} routes
 */
export function routesView(mount, bench, choices, routes) {
  if (!routes?.routes.length) {
    refill(mount, html("p", { class: "ow-note" }, "No route was looked for: no variable decides an output of this task."));
    return;
  }
  const buttons = routes.routes.map((route, index) =>
    html(
      "button",
      { type: "button", "aria-pressed": "false", title: route.reading, onclick: () => choices.set({ route: index }) },
      routeName(bench, route),
    ),
  );
  const picker = html("div", { class: "live-picker", role: "group", "aria-label": "Which route" }, ...buttons);
  const reading = html("p", { class: "live-reading" });
  const holder = html("div", {});
  /** @type {() => void} */
  let refresh = () => undefined;
  const show = (/** @type {number} */ chosen) => {
    const found = routes.routes[chosen];
    if (!found) return;
    buttons.forEach((button, index) => keep(button, "aria-pressed", String(index === chosen)));
    reading.textContent = found.reading;
    const made = routeFigure(bench, found, {
      title: `Route of ${routeName(bench, found)}`,
      caption: routes.how,
      isCut: (edge) => choices.state.cuts.some((cut) => same(cut, edgeCut(edge))),
      pick: (edge) => choices.toggle(edgeCut(edge)),
    });
    refresh = made.refresh;
    refill(holder, made.element);
  };
  refill(mount, picker, reading, holder);
  choices.watch((state, before) => {
    if (state === before || state.route !== before.route) show(state.route);
    refresh();
  });
}

/**
 * @param {Bench} bench
 * @param {LiveRoute} route
 */
export function routeName(bench, { output, variable }) {
  return `${bench.task.outputs[output]} \u2190 ${variable}`;
}

/**
 * @param {Bench} bench
 * @param {LiveRoute} route
 * @param {{title: string, caption?: string, isCut?: (edge: LiveEdge) => boolean, pick?: (edge: LiveEdge) => void}} look
 */
export function routeFigure(bench, { output, edges }, look) {
  const { positionNames: positions, graded, outputs } = bench.task;
  const drawn = graph({
    ...look,
    layers: bench.model.spec.n_layers,
    positions,
    top: { position: graded[output] ?? 0, name: outputs[output] ?? "" },
    edges,
  });
  const rows = () => [["link", "rate"], ...edges.map((edge) => [linkWords(edge, positions), percent(edge.rate)])];
  const element = figure(look.title, drawn.element, { drawing: drawn.drawing, rows, ...(look.caption && { caption: look.caption }) });
  return { element, refresh: drawn.refresh };
}

/**
 * What cuts an edge: no attention along it, or, past the heads, the mean in place of what the position holds.
 * @param {LiveEdge} edge
 * @returns {Cut}
 */
function edgeCut(edge) {
  if (edge.head !== null) return { part: `L${edge.layer}H${edge.head}`, position: edge.to, key: edge.from, by: "off" };
  return { part: edge.layer ? `L${edge.layer - 1}R` : "in", position: edge.from, key: null, by: "mean" };
}
