// The switchboard: parts of the model down, positions across; a pressed switch is a part that is off there.

import { html, keep, say } from "../page/dom.js";
import { REPLACED } from "../page/parts.js";
import { tellOnHover } from "../page/tip.js";

/** @import { Cut } from "../page/state.js" */
/** @import { Part } from "../page/parts.js" */

/** What stands on a pressed switch, so that colour is not needed. */
export const SIGNS = { zero: "0", mean: "\u03bc", resample: "\u2248", patch: "\u21c4", off: "\u2702" };

/** The switches. */
export class Switches {
  /**
   * @param {Part[]} parts
   * @param {string[]} positions names
   * @param {(part: string, position: number | null) => void} toggle
   */
  constructor(parts, positions, toggle) {
    this.parts = parts;
    this.positions = positions;
    this.columns = positions.length + 1;
    this.buttons = parts.flatMap((part) =>
      [null, ...positions.keys()].map((position) => this.#button(part, position, toggle)),
    );
    const heads = ["everywhere", ...positions].map((name) => html("th", { scope: "col" }, html("span", {}, name)));
    const rows = parts.map((part, row) =>
      html(
        "tr",
        { class: /^L\d+A$/.test(part.code) ? "live-layer" : "" },
        html("th", { scope: "row" }, part.name),
        ...this.buttons.slice(row * this.columns, (row + 1) * this.columns).map((button) => html("td", {}, button)),
      ),
    );
    const table = html(
      "table",
      { class: "live-switches", "aria-label": "Switches: parts down, positions across. Arrow keys walk." },
      html("thead", {}, html("tr", {}, html("td", {}), ...heads)),
      html("tbody", {}, ...rows),
    );
    table.addEventListener("keydown", (event) => this.#key(event));
    tellOnHover(table, (target) => target.closest("button")?.getAttribute("aria-label") ?? null);
    this.element = html("div", { class: "ow-scroll" }, table);
    this.#reach(0);
  }

  /** @param {Cut[]} cuts */
  paint(cuts) {
    const found = new Map(cuts.filter((cut) => cut.key === null).map((cut) => [`${cut.part}@${cut.position}`, cut.by]));
    this.buttons.forEach((button, index) => {
      const part = this.parts[Math.floor(index / this.columns)];
      const position = index % this.columns === 0 ? null : (index % this.columns) - 1;
      const by = found.get(`${part?.code}@${position}`);
      const where = position === null ? "everywhere" : `at ${this.positions[position]}`;
      keep(button, "aria-pressed", String(by !== undefined));
      keep(button, "class", by === undefined ? "" : `live-by-${by}`);
      say(button, by === undefined ? "" : SIGNS[by]);
      keep(button, "aria-label", `${part?.name}, ${where}${by === undefined ? "" : `: replaced by ${REPLACED[by]}`}`);
    });
  }

  /**
   * @param {Part} part
   * @param {number | null} position
   * @param {(part: string, position: number | null) => void} toggle
   */
  #button(part, position, toggle) {
    return html("button", {
      type: "button",
      "aria-pressed": "false",
      tabindex: -1,
      onclick: () => toggle(part.code, position),
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const at = this.buttons.findIndex((button) => button === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = at + step;
    const inside = next >= 0 && next < this.buttons.length;
    const sameRow = Math.floor(next / this.columns) === Math.floor(at / this.columns);
    if (!inside || (Math.abs(step) === 1 && !sameRow)) return;
    this.#reach(next);
    this.buttons[next]?.focus();
  }

  /**
   * The one switch that the tab key reaches.
   * @param {number} index
   */
  #reach(index) {
    this.buttons.forEach((button, other) => keep(button, "tabindex", other === index ? "0" : "-1"));
  }
}
