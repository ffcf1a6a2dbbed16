// The switchboard: parts of the model down, positions across; a pressed switch is a part that is off there.

import { html, keep, say } from "../page/dom.js";
import { percent } from "../page/numbers.js";
import { REPLACED } from "../page/parts.js";

/** @import { Cut } from "../page/state.js" */
/** @import { Part } from "../page/parts.js" */

/** What stands on a pressed switch, so that colour is not needed. */
export const SIGNS = { zero: "0", mean: "\u03bc", resample: "\u2248", patch: "\u21c4", off: "\u2702" };

const LOOKED_AT = "Point at a switch: what it switches off is told here.";

/** The switches. What the pointer is at is told in a line above them: a box beside it would hide its neighbours. */
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
    /** The parts as they stand from above. */
    this.order = [...parts.keys()];
    this.buttons = parts.flatMap((part) =>
      [null, ...positions.keys()].map((position) => this.#button(part, position, toggle)),
    );
    const heads = ["everywhere", ...positions].map((name) => html("th", { scope: "col" }, html("span", {}, name)));
    this.losses = parts.map(() => html("small", {}));
    this.rows = parts.map((part, row) =>
      html(
        "tr",
        { class: /^L\d+A$/.test(part.code) ? "live-layer" : "" },
        html("th", { scope: "row" }, part.name, this.losses[row]),
        ...this.buttons.slice(row * this.columns, (row + 1) * this.columns).map((button) => html("td", {}, button)),
      ),
    );
    this.body = html("tbody", {}, ...this.rows);
    const table = html(
      "table",
      { class: "live-switches", "aria-label": "Switches: parts down, positions across. Arrow keys walk." },
      html("thead", {}, html("tr", {}, html("td", {}), ...heads)),
      this.body,
    );
    this.told = html("p", { class: "live-told", "aria-hidden": "true" }, LOOKED_AT);
    const tell = (/** @type {Event} */ { target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      if (button) this.tell(button.getAttribute("aria-label") ?? "");
    };
    for (const kind of ["keydown", "click", "pointermove", "focusin"]) {
      table.addEventListener(kind, kind === "keydown" ? (event) => this.#key(/** @type {KeyboardEvent} */ (event)) : tell);
    }
    table.addEventListener("pointerleave", () => this.tell(LOOKED_AT));
    this.table = table;
    this.element = html("div", {}, this.told, html("div", { class: "ow-scroll" }, table));
    this.#reach(0);
  }

  /** @param {string} text for the line above them */
  tell(text) {
    say(this.told, text);
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
   * Puts the parts in order of what is lost without them, the most first; in the model's order where nothing is known.
   * @param {(number | null)[] | null} lost by part, the share of answers that go wrong; null for those not counted yet
   */
  sort(lost) {
    this.losses.forEach((small, row) => say(small, lost ? (lost[row] === null ? "\u2026" : `\u2212${percent(lost[row] ?? NaN)}`) : ""));
    this.order = [...this.parts.keys()];
    if (lost) this.order.sort((one, other) => (lost[other] ?? -1) - (lost[one] ?? -1));
    keep(this.table, "class", lost ? "live-switches live-by-loss" : "live-switches");
    const focused = document.activeElement;
    this.body.append(...this.order.flatMap((row) => this.rows[row] ?? []));
    if (focused instanceof HTMLElement && this.body.contains(focused)) focused.focus();
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
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    const [down = 0, right = 0] = steps[/** @type {keyof typeof steps} */ (event.key)] ?? [];
    const at = this.buttons.findIndex((button) => button === document.activeElement);
    if ((!down && !right) || at < 0) return;
    event.preventDefault();
    const row = this.order[this.order.indexOf(Math.floor(at / this.columns)) + down];
    const column = (at % this.columns) + right;
    if (row === undefined || column < 0 || column >= this.columns) return;
    this.#reach(row * this.columns + column);
    this.buttons[row * this.columns + column]?.focus();
  }

  /**
   * The one switch that the tab key reaches.
   * @param {number} index
   */
  #reach(index) {
    this.buttons.forEach((button, other) => keep(button, "tabindex", other === index ? "0" : "-1"));
  }
}
