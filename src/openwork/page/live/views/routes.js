// Routes: how each answer gets there, as a graph; an edge that is clicked is cut on the bench.

import { html, keep, refill } from "../page/dom.js";
import { figure } from "../page/frame.js";
import { percent } from "../page/numbers.js";
import { same } from "../page/state.js";
import { graph, linkWords } from "../widgets/graph.js";

/** @import { Bench } from "../page/bench.js" */
/** @import { LiveEdge } from "../page/payload.js" */
/** @import { LiveRoute } from "../page/payload.js" */
/** @import { LivePage } from "../page/payload.js" */
/** @import { Choices } from "../page/state.js" */
/** @import { Cut } from "../page/state.js" */

/**
 * @param {HTMLElement} mount
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LivePage} page
 */
export function routesView(mount, bench, choices, { routes, run }) {
  if (bench.task.sets || bench.task.varying) {
    refill(mount, html("p", { class: "ow-note" }, "Routes are not looked for where answers are sets, or come in several lengths."));
    return;
  }
  if (!routes) {
    const how = html("code", {}, `openwork routes ${run}`);
    refill(mount, html("p", { class: "ow-note" }, "Routes were not looked for. ", how, " looks for them, and a page that is written after that shows them."));
    return;
  }
  if (!routes.routes.length) {
    refill(mount, html("p", { class: "ow-note" }, routes.summary));
    return;
  }
  const reading = html("p", { class: "live-reading" });
  const holder = html("div", {});
  /** @type {() => void} */
  let refresh = () => undefined;
  const show = (/** @type {number} */ chosen) => {
    const found = routes.routes[chosen];
    if (!found) return;
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
  refill(mount, routePicker(bench, choices, routes.routes), reading, holder);
  choices.watch((state, before) => {
    if (state === before || state.route !== before.route) show(state.route);
    refresh();
  });
}

/**
 * Buttons that choose a route: one for each, or where several variables decide an output first the output.
 * @param {Bench} bench
 * @param {Choices} choices
 * @param {LiveRoute[]} routes
 */
export function routePicker(bench, choices, routes) {
  const outputs = [...new Set(routes.map(({ output }) => output))];
  const single = outputs.length === routes.length;
  const button = (/** @type {string} */ text, /** @type {number} */ index, /** @type {string} */ title) =>
    html("button", { type: "button", title, onclick: () => choices.set({ route: index }) }, text);
  const all = routes.map((route, index) => {
    return button(single ? routeName(bench, route) : route.variable, index, route.reading);
  });
  const firsts = outputs.map((output) => {
    return button(bench.task.outputs[output] ?? "", routes.findIndex((route) => route.output === output), "");
  });
  const row = (/** @type {string} */ title) => html("div", { class: "live-picker", role: "group", "aria-label": title });
  const [upper, lower] = [row("Which output"), row(single ? "Which route" : "From which variable")];
  refill(upper, html("span", {}, "output"), ...firsts);
  /** @type {number | null} the output whose variables are offered */
  let shown = null;
  choices.watch(({ route: chosen }) => {
    const output = routes[chosen]?.output;
    const offered = single ? shown !== null : shown === output;
    const among = all.filter((_, index) => single || routes[index]?.output === output);
    if (!offered) refill(lower, single ? null : html("span", {}, "from"), ...among);
    shown = output ?? null;
    all.forEach((one, index) => keep(one, "aria-pressed", String(index === chosen)));
    firsts.forEach((one, index) => keep(one, "aria-pressed", String(outputs[index] === output)));
  });
  return html("div", {}, single ? null : upper, lower);
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
    heads: bench.model.spec.n_heads,
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
