// Waves as the hands of clocks: one clock for each wave that a modular program uses, its hand where the wave stands.

import { html, keep, say, svg } from "../page/dom.js";

const RADIUS = 24;
const SIZE = 2 * RADIUS + 12;

/** A variable whose items are waves. @typedef {{name: string, frequencies: (number | null)[], modulus: number}} Waves */

/** The clocks of one variable. */
export class Dials {
  /** @param {Waves} waves */
  constructor(waves) {
    this.waves = waves;
    const middle = SIZE / 2;
    this.hands = waves.frequencies.map((frequency) => {
      const hand = svg("line", { class: "live-hand", x1: middle, y1: middle });
      const says = svg("text", { class: "live-dial-name", x: middle, y: SIZE + 10 });
      const ticks = Array.from({ length: waves.modulus }, (_, at) => {
        const [x, y] = place(at, waves.modulus, RADIUS);
        return svg("circle", { class: "live-tick", cx: x, cy: y, r: 0.9 });
      });
      const drawing = svg(
        "svg",
        { class: "ow-svg live-dial", viewBox: `0 0 ${SIZE} ${SIZE + 14}`, width: SIZE, height: SIZE + 14, role: "img" },
        svg("circle", { class: "live-rim", cx: middle, cy: middle, r: RADIUS }),
        ...ticks,
        hand,
        says,
      );
      return { drawing, hand, says, name: frequency === null ? "" : `k = ${frequency}: ` };
    });
    const title = `The waves of ${waves.name}, angles in ${waves.modulus}ths of a turn`;
    this.element = html("div", { class: "live-dials", role: "group", "aria-label": title }, html("span", {}, waves.name), ...this.hands.map(({ drawing }) => drawing));
  }

  /** @param {number[]} columns the variable's items */
  paint(columns) {
    this.hands.forEach(({ drawing, hand, says, name }, at) => {
      const angle = (columns[at] ?? 0) % this.waves.modulus;
      const [x, y] = place(angle, this.waves.modulus, RADIUS - 3);
      keep(hand, "x2", x.toFixed(1));
      keep(hand, "y2", y.toFixed(1));
      say(says, `${name}${angle}`);
      keep(drawing, "aria-label", `${name}angle ${angle} of ${this.waves.modulus}`);
    });
  }
}

/**
 * @param {number} angle in parts of a turn, from the top, clockwise
 * @param {number} parts
 * @param {number} radius
 * @returns {[number, number]}
 */
function place(angle, parts, radius) {
  const turn = (2 * Math.PI * angle) / parts;
  return [SIZE / 2 + radius * Math.sin(turn), SIZE / 2 - radius * Math.cos(turn)];
}
