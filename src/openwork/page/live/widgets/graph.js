// Routes as a graph: positions across, layers upwards, an edge for each link, the thicker the more it carries.

import { html, keep, svg } from "../page/dom.js";
import { percent } from "../page/numbers.js";
import { tellOnHover } from "../page/tip.js";

/** @import { LiveEdge } from "../page/payload.js" */

const STEP = 29;
const RISE = 84;
const LEFT = 88;
const TOP = 26;
const BELOW = 62;
const NODE = 4.5;
const THICKEST = 7;
const LABELLED = 0.005;
const LABEL = 46; // px of a label that names its head
const ASIDE = 9; // px between heads that lead from and to the same positions
const LETTER = 4.3; // px, about, of half a letter of the answer's name
const LINE = 13; // px from label to label

/**
 * @typedef {object} GraphLook
 * @property {string} title
 * @property {number} layers
 * @property {number} heads in a layer; where there are several, an edge names its own
 * @property {string[]} positions names
 * @property {{position: number, name: string}} top where the answer is read, and what it is
 * @property {LiveEdge[]} edges
 * @property {(edge: LiveEdge) => boolean} [isCut]
 * @property {(edge: LiveEdge) => void} [pick] what a click or Enter on an edge does
 */

/**
 * A graph. The element has a list of the same edges, for those who do not see the drawing or have no mouse.
 * @param {GraphLook} look
 * @returns {{element: HTMLElement, drawing: SVGSVGElement, refresh: () => void}}
 */
export function graph(look) {
  const x = (/** @type {number} */ position) => LEFT + position * STEP;
  const y = (/** @type {number} */ stage) => TOP + (look.layers - stage) * RISE;
  const beside = Math.max((look.heads > 1 ? LABEL : 0) + 34, LETTER * look.top.name.length);
  const width = x(look.positions.length - 1) + beside;
  const height = y(0) + BELOW;
  const edges = look.edges.map((edge, index) => ({ edge, ...drawnEdge(edge, look.heads > 1, x, y, besides(look.edges, index)) }));
  const drawing = svg(
    "svg",
    { class: "ow-svg live-graph", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": look.title },
    ...edges.map(({ group }) => group),
    ...ground(look, x, y),
    svg("text", { class: "live-answer-name", x: x(look.top.position), y: y(look.layers) - 12 }, look.top.name),
  );
  const at = (/** @type {Element} */ target) => {
    const index = target.closest("[data-edge]")?.getAttribute("data-edge");
    return index ? look.edges[Number(index)] : undefined;
  };
  edges.forEach(({ group }, index) => group.setAttribute("data-edge", String(index)));
  tellOnHover(drawing, (target) => {
    const edge = at(target);
    return edge ? told(edge, look) : null;
  });
  drawing.addEventListener("click", (event) => {
    const edge = event.target instanceof Element ? at(event.target) : undefined;
    if (edge) look.pick?.(edge);
  });
  const buttons = look.edges.map((edge) => html("button", { type: "button", onclick: () => look.pick?.(edge) }));
  const list = html("ul", { class: "live-edges" }, ...look.edges.map((edge, index) => edgeLine(edge, buttons[index], look)));
  const refresh = () => {
    edges.forEach(({ edge, group }, index) => {
      const cut = look.isCut?.(edge) ?? false;
      keep(group, "class", `live-edge${edge.head === null ? " live-stays" : ""}${cut ? " live-cut" : ""}`);
      const button = buttons[index];
      if (button) button.textContent = cut ? "put back" : "cut";
      button?.setAttribute("aria-label", `${cut ? "put back" : "cut"}: ${linkWords(edge, look.positions)}`);
    });
  };
  refresh();
  const scroll = html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": look.title }, drawing);
  return { element: html("div", {}, scroll, look.pick ? list : null), drawing, refresh };
}

/**
 * @param {LiveEdge} edge
 * @param {string[]} positions
 * @returns {string}
 */
export function linkWords(edge, positions) {
  const [from, to] = [positions[edge.from], positions[edge.to]];
  if (edge.head === null) return `layer ${edge.layer}: stays at ${to}`;
  return `layer ${edge.layer} head ${edge.head}: from ${from} to ${to}`;
}

/**
 * @param {LiveEdge} edge
 * @param {GraphLook} look
 */
function told(edge, look) {
  const cut = look.isCut?.(edge) ? "\nThis edge is cut." : "";
  return `${linkWords(edge, look.positions)}\n${percent(edge.rate)} ${edge.told}${cut}`;
}

/**
 * @param {LiveEdge} edge
 * @param {HTMLButtonElement | undefined} button
 * @param {GraphLook} look
 */
function edgeLine(edge, button, look) {
  return html("li", {}, button, " ", linkWords(edge, look.positions), " ", html("b", {}, percent(edge.rate)));
}

/**
 * Which of the edges between the same places this one is, and how many they are.
 * @param {LiveEdge[]} edges
 * @param {number} index
 * @returns {{turn: number, many: number}}
 */
function besides(edges, index) {
  const own = edges[index];
  const alike = edges.filter((edge) => edge.layer === own?.layer && edge.from === own.from && edge.to === own.to);
  return { turn: own ? alike.indexOf(own) : 0, many: alike.length };
}

/**
 * @param {LiveEdge} edge
 * @param {boolean} named whether its head is written beside it
 * @param {(position: number) => number} x
 * @param {(stage: number) => number} y
 * @param {{turn: number, many: number}} among edges between the same places, which stand side by side
 */
function drawnEdge(edge, named, x, y, { turn, many }) {
  const aside = (turn - (many - 1) / 2) * ASIDE;
  const [x1, y1, x2, y2] = [x(edge.from) + aside, y(edge.layer), x(edge.to) + aside, y(edge.layer + 1)];
  const bend = (y1 - y2) * 0.5;
  const d = x1 === x2 ? `M ${x1} ${y1} V ${y2}` : `M ${x1} ${y1} C ${x1} ${y1 - bend} ${x2} ${y2 + bend} ${x2} ${y2}`;
  const thick = 0.8 + THICKEST * Math.max(edge.rate, 0);
  const head = named && edge.head !== null ? `head ${edge.head}: ` : "";
  const label = edge.rate >= LABELLED ? `${head}${edge.rate.toFixed(2)}` : "";
  const middle = { x: (x1 + x2) / 2 - aside + (x1 === x2 ? 8 + (ASIDE * (many - 1)) / 2 : -14), y: (y1 + y2) / 2 + (x1 === x2 ? 4 : -8) + (turn - (many - 1) / 2) * LINE };
  const group = svg(
    "g",
    { class: "live-edge" },
    svg("path", { class: "live-edge-reach", d }),
    svg("path", { class: "live-edge-line", d, "stroke-width": thick.toFixed(2), "stroke-opacity": 0.25 + 0.75 * edge.rate }),
    svg("text", { class: "live-edge-rate", ...middle }, label),
  );
  return { group };
}

/**
 * Nodes and their names.
 * @param {GraphLook} look
 * @param {(position: number) => number} x
 * @param {(stage: number) => number} y
 * @returns {SVGElement[]}
 */
function ground(look, x, y) {
  const used = new Set(look.edges.flatMap((edge) => [`${edge.layer}-${edge.from}`, `${edge.layer + 1}-${edge.to}`]));
  used.add(`${look.layers}-${look.top.position}`);
  const found = [];
  for (let stage = 0; stage <= look.layers; stage += 1) {
    const name = stage === 0 ? "enters" : `after layer ${stage - 1}`;
    found.push(svg("text", { class: "ow-row-label", x: LEFT - 18, y: y(stage) + 4 }, name));
    look.positions.forEach((_, position) => {
      const kind = used.has(`${stage}-${position}`) ? "live-node live-used" : "live-node";
      found.push(svg("circle", { class: kind, cx: x(position), cy: y(stage), r: NODE }));
    });
  }
  look.positions.forEach((name, position) => {
    const place = { x: x(position) + 4, y: y(0) + 16 };
    const turn = `rotate(-45 ${place.x} ${place.y})`;
    found.push(svg("text", { class: "live-position", ...place, transform: turn }, name));
  });
  return found;
}
