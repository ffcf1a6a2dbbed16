// A number that is kept at every position, as a stack of boxes over each symbol: how deep brackets are, how often one was seen.

import { html, keep, refill, say, svg } from "../page/dom.js";

const STEP = 26; // px from position to position
const BOX = 9;
const MOST = 12; // boxes; higher stacks are drawn as high, with their number
const BELOW = 18;

/**
 * Variables of one name that hold one number each, by position.
 * @typedef {{name: string, members: {name: string, position: number}[]}} Counts
 */

/** The stacks of one name. */
export class Stacks {
  /** @param {Counts} counts */
  constructor(counts) {
    this.counts = counts;
    this.drawing = svg("svg", { class: "ow-svg live-stacks", role: "img" });
    this.element = html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": `What ${counts.name} holds at each position` }, html("span", {}, counts.name), this.drawing);
  }

  /**
   * @param {Record<string, number[]>} items of every variable
   * @param {string[]} symbols of the tokens
   * @param {number} length positions in sight
   */
  paint(items, symbols, length) {
    const seen = this.counts.members.filter(({ position }) => position < length);
    const values = seen.map(({ name }) => items[name]?.[0] ?? 0);
    const [up, down] = [Math.max(...values, 1), Math.max(...values.map((value) => -value), 0)].map((most) => Math.min(most, MOST) * BOX);
    const ground = (up ?? 0) + 14;
    const [width, height] = [Math.max(seen.length, 1) * STEP, ground + (down ?? 0) + BELOW];
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) keep(this.drawing, name, String(value));
    keep(this.drawing, "aria-label", seen.map(({ position }, at) => `${symbols[position]}: ${values[at]}`).join(", "));
    const columns = seen.map(({ position }, at) => column(at * STEP, ground, values[at] ?? 0, symbols[position] ?? "", height));
    refill(this.drawing, svg("path", { class: "live-stream-line", d: `M 0 ${ground} H ${width}` }), ...columns.flat());
  }
}

/**
 * One stack, its number above and its symbol below.
 * @param {number} x
 * @param {number} ground
 * @param {number} value
 * @param {string} symbol
 * @param {number} height
 */
function column(x, ground, value, symbol, height) {
  const sign = Math.sign(value);
  const shown = Math.min(Math.abs(value), MOST);
  const boxes = Array.from({ length: shown }, (_, at) => {
    const y = sign > 0 ? ground - (at + 1) * BOX : ground + at * BOX;
    return svg("rect", { class: "live-box", x: x + 4, y: y + 1, width: STEP - 8, height: BOX - 2, rx: 1.5 });
  });
  const number = svg("text", { class: "live-dial-name", x: x + STEP / 2, y: sign > 0 ? ground - shown * BOX - 3 : ground - 3 });
  say(number, String(value));
  const name = svg("text", { class: "live-dial-name", x: x + STEP / 2, y: height - 4 });
  say(name, symbol.length > 3 ? `${symbol.slice(0, 3)}\u2026` : symbol);
  return [...boxes, number, name];
}
