// The cases of a claim on one line: a dot for each value, the threshold as a bar; holding and failing differ in shape.

import { svg } from "../page/dom.js";
import { exact } from "../page/numbers.js";
import { tellOnHover } from "../page/tip.js";

/** @import { LiveCase } from "../page/payload.js" */

const WIDTH = 460;
const SIDE = 14;
const LINE = 44;
const DOT = 5;
const NEAR = 9;

/**
 * @param {string} title
 * @param {LiveCase[]} cases
 * @returns {SVGSVGElement}
 */
export function strip(title, cases) {
  const values = cases.flatMap((one) => [one.value, one.threshold]).filter(Number.isFinite);
  const low = Math.min(0, ...values);
  const high = Math.max(1, ...values);
  const x = (/** @type {number} */ value) => SIDE + ((value - low) / (high - low)) * (WIDTH - 2 * SIDE);
  const dots = stacked(cases.filter((one) => Number.isFinite(one.value)), x);
  const ticks = [low, (low + high) / 2, high].map((value) =>
    svg("text", { class: "ow-column-label", x: x(value), y: LINE + 22 }, Number(value.toPrecision(3))),
  );
  const drawing = svg(
    "svg",
    { class: "ow-svg live-strip", viewBox: `0 0 ${WIDTH} ${LINE + 28}`, width: WIDTH, height: LINE + 28, role: "img" },
    svg("line", { class: "ow-axis", x1: SIDE, x2: WIDTH - SIDE, y1: LINE + 8, y2: LINE + 8 }),
    ...[...new Set(cases.map((one) => one.threshold))].map((value) => threshold(x(value), cases[0]?.relation ?? ">=")),
    ...dots,
    ...ticks,
  );
  const held = cases.filter((one) => one.holds).length;
  drawing.setAttribute("aria-label", `${title}: ${held} of ${cases.length} cases hold`);
  tellOnHover(drawing, (target) => target.getAttribute("data-told"));
  return drawing;
}

/**
 * Dots that would cover each other stand on each other instead.
 * @param {LiveCase[]} cases
 * @param {(value: number) => number} x
 */
function stacked(cases, x) {
  /** @type {number[]} how high the pile is at each place */
  const piles = [];
  return [...cases]
    .sort((one, other) => one.value - other.value)
    .map((one) => {
      const at = Math.round(x(one.value) / NEAR);
      const level = piles[at] ?? 0;
      piles[at] = level + 1;
      return mark(one, x(one.value), LINE - level * Math.min(NEAR, (LINE - DOT) / Math.max(cases.length / 4, 1)));
    });
}

/**
 * @param {LiveCase} one
 * @param {number} x
 * @param {number} y
 */
function mark(one, x, y) {
  const bound = `${one.relation === ">=" ? "at least" : "at most"} ${Number(one.threshold.toPrecision(4))}`;
  const holds = one.holds === null ? "open" : one.holds ? "holds" : "fails";
  const told = `${one.label}: ${exact(one.value)} (claimed: ${bound}), ${holds}`;
  if (one.holds) return svg("circle", { class: "live-holds", cx: x, cy: y, r: DOT, "data-told": told });
  const d = `M ${x - DOT} ${y - DOT} L ${x + DOT} ${y + DOT} M ${x - DOT} ${y + DOT} L ${x + DOT} ${y - DOT}`;
  return svg("path", { class: one.holds === null ? "live-open" : "live-fails", d, "data-told": told });
}

/**
 * @param {number} x
 * @param {">=" | "<="} relation
 */
function threshold(x, relation) {
  const toward = relation === ">=" ? 9 : -9;
  const y = 10;
  const d = `M ${x} ${LINE + 8} V ${y} h ${toward} m ${-toward / 2} -4 l ${toward / 2} 4 l ${-toward / 2} 4`;
  return svg("path", { class: "live-threshold", d });
}
