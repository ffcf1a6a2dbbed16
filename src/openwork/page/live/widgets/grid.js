// A grid of coloured numbers that is drawn once and then only repainted. Arrow keys walk it and tell each number.

import { html, keep, say, setAttributes, svg } from "../page/dom.js";
import { announce, hideTip, showTip, tellOnHover } from "../page/tip.js";

const STEPS = 20;
const GAP = 8;
const TITLE = 16;
const LETTER = 6.1;
const SLANT = 0.72;

/**
 * @typedef {object} GridLook
 * @property {string} title
 * @property {string[]} rows names of the rows
 * @property {string[]} columns names of the columns
 * @property {string} [rowTitle]
 * @property {string} [columnTitle]
 * @property {string[]} [names] that rows may be given later: there is room for the longest
 * @property {number} [width] of a cell, px
 * @property {number} [height] of a cell, px
 * @property {(row: number, column: number) => string} tell what a cell says on hover
 * @property {((row: number, column: number) => void)} [pick] what a click or Enter does
 */

/**
 * @typedef {object} GridPaint
 * @property {ArrayLike<number>} values row by row; NaN is no number
 * @property {number} low
 * @property {number} high where `low` is negative the scale diverges at 0
 * @property {(index: number) => string} [text] what stands in a cell
 * @property {(index: number) => boolean} [outlined] which cells are framed
 */

/** A grid. `element` goes on the page, `drawing` into a file. */
export class Grid {
  /** @param {GridLook} look */
  constructor(look) {
    this.look = look;
    this.cursor = -1;
    const width = look.width ?? 24;
    const height = look.height ?? 22;
    const left = GAP + widest(look.names ?? look.rows) + (look.rowTitle ? TITLE : 0);
    const slanted = look.columns.some((name) => textWidth(name) > width - 2);
    const tall = slanted ? widest(look.columns) * SLANT + 8 : 12;
    const top = GAP + tall + (look.columnTitle ? TITLE : 0);
    const overhang = slanted ? Math.max(textWidth(look.columns.at(-1) ?? "") * SLANT - width / 2, 0) : 0;
    const inner = { left, top, width, height };
    this.drawing = svg("svg", { class: "ow-svg ow-heatmap", role: "img", "aria-label": look.title });
    this.inner = inner;
    this.overhang = overhang;
    this.inSight = { rows: look.rows.length, columns: look.columns.length };
    this.cells = this.#cells();
    this.frame = svg("rect", { class: "live-cursor", width, height, visibility: "hidden" });
    const { rows, columns, titles } = labels(look, inner, slanted);
    this.rowLabels = rows;
    this.columnLabels = columns;
    this.drawing.append(...this.cells.map((cell) => cell.group), this.frame, ...rows, ...columns, ...titles);
    this.crop(look.rows.length, look.columns.length);
    this.element = html(
      "div",
      { class: "ow-scroll live-grid", tabindex: 0, role: "group", "aria-label": `${look.title}: arrow keys tell numbers` },
      this.drawing,
    );
    this.#listen();
  }

  /**
   * Shows other numbers.
   * @param {GridPaint} paint
   */
  paint(paint) {
    const { low, high } = paint;
    this.cells.forEach((cell, index) => {
      const value = paint.values[index] ?? NaN;
      const framed = paint.outlined?.(index) ? " live-outlined" : "";
      keep(cell.group, "class", `ow-cell ${colourClass(value, low, high)}${framed}`);
      say(cell.text, paint.text?.(index) ?? "");
    });
  }

  /**
   * Shows only the first rows and columns, where the others are pads.
   * @param {number} rows
   * @param {number} columns
   */
  crop(rows, columns) {
    const { left, top, width, height } = this.inner;
    this.inSight = { rows, columns };
    const across = left + Math.max(columns * width, textWidth(this.look.columnTitle ?? "") * 1.15) + this.overhang + 2;
    const size = { width: across.toFixed(1), height: (top + rows * height + 2).toFixed(1) };
    setAttributes(this.drawing, { viewBox: `0 0 ${size.width} ${size.height}`, ...size });
    const seen = (/** @type {boolean} */ inside) => (inside ? "visible" : "hidden");
    this.columnLabels.forEach((label, column) => keep(label, "visibility", seen(column < columns)));
    const wide = this.look.columns.length;
    this.cells.forEach(({ group }, index) => {
      keep(group, "visibility", seen(index % wide < columns && Math.floor(index / wide) < rows));
    });
  }

  /**
   * Gives the first rows other names, and shows these rows only.
   * @param {string[]} rows
   */
  rename(rows) {
    this.rowLabels.forEach((label, row) => {
      say(label, rows[row] ?? "");
      keep(label, "visibility", row < rows.length ? "visible" : "hidden");
    });
    if (rows.length !== this.inSight.rows) this.crop(rows.length, this.inSight.columns);
  }

  /**
   * Every number as a table.
   * @param {(row: number, column: number) => string} value
   * @returns {string[][]}
   */
  table(value) {
    const { rows, columns } = this.look;
    return [["", ...columns], ...rows.map((name, r) => [name, ...columns.map((_, c) => value(r, c))])];
  }

  #cells() {
    const { left, top, width, height } = this.inner;
    const columns = this.look.columns.length;
    return Array.from({ length: this.look.rows.length * columns }, (_, index) => {
      const x = left + (index % columns) * width;
      const y = top + Math.floor(index / columns) * height;
      const text = svg("text", { x: x + width / 2, y: y + height / 2 + 3.5 });
      const group = svg("g", { class: "ow-cell", "data-cell": index }, svg("rect", { x, y, width, height }), text);
      return { group, text };
    });
  }

  #listen() {
    const { element, drawing } = this;
    tellOnHover(drawing, (target) => {
      const index = cellAt(target);
      return index === null ? null : this.#told(index);
    });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("blur", () => this.#leave());
    if (!this.look.pick) return;
    setAttributes(drawing, { class: "ow-svg ow-heatmap live-pick" });
    drawing.addEventListener("click", (event) => {
      const index = event.target instanceof Element ? cellAt(event.target) : null;
      if (index !== null) this.#pick(index);
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const columns = this.look.columns.length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step !== undefined) {
      const next = this.cursor < 0 ? 0 : this.cursor + step;
      const sameRow = Math.floor(next / columns) === Math.floor(this.cursor / columns);
      const { rows, columns: shown } = this.inSight;
      const within = next >= 0 && Math.floor(next / columns) < rows && next % columns < shown;
      const inside = within && (Math.abs(step) > 1 || this.cursor < 0 || sameRow);
      if (inside) this.#move(next);
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === " ") && this.cursor >= 0 && this.look.pick) {
      this.#pick(this.cursor);
      event.preventDefault();
    } else if (event.key === "Escape") this.#leave();
  }

  /** @param {number} index */
  #move(index) {
    this.cursor = index;
    const { left, top, width, height } = this.inner;
    const columns = this.look.columns.length;
    const x = left + (index % columns) * width;
    const y = top + Math.floor(index / columns) * height;
    setAttributes(this.frame, { x, y, visibility: "visible" });
    this.frame.scrollIntoView({ block: "nearest", inline: "nearest" });
    const place = this.frame.getBoundingClientRect();
    const text = this.#told(index);
    showTip(text, place.right, place.top);
    announce(text);
  }

  #leave() {
    this.cursor = -1;
    setAttributes(this.frame, { visibility: "hidden" });
    hideTip();
  }

  /** @param {number} index */
  #told(index) {
    const columns = this.look.columns.length;
    return this.look.tell(Math.floor(index / columns), index % columns);
  }

  /** @param {number} index */
  #pick(index) {
    const columns = this.look.columns.length;
    this.look.pick?.(Math.floor(index / columns), index % columns);
  }
}

/**
 * The palette's class for a value: `q0`..`q20` from low to high, `d0`..`d20` where 0 lies inside the range.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {string}
 */
export function colourClass(value, low, high) {
  if (!Number.isFinite(value)) return "ow-none";
  const reach = Math.max(-low, high);
  const [from, to] = low < 0 ? [-reach, reach] : [low, high];
  const place = to > from ? (value - from) / (to - from) : 0;
  return `ow-${low < 0 ? "d" : "q"}${Math.round(STEPS * Math.min(Math.max(place, 0), 1))}`;
}

/**
 * About how wide a text is drawn, px.
 * @param {string} text
 * @returns {number}
 */
export function textWidth(text) {
  return LETTER * text.length;
}

/** @param {string[]} texts */
function widest(texts) {
  return Math.max(0, ...texts.map(textWidth));
}

/**
 * @param {Element} target
 * @returns {number | null}
 */
function cellAt(target) {
  const cell = target.closest("[data-cell]");
  return cell ? Number(cell.getAttribute("data-cell")) : null;
}

/**
 * @param {GridLook} look
 * @param {{left: number, top: number, width: number, height: number}} inner
 * @param {boolean} slanted
 * @returns {Record<"rows" | "columns" | "titles", SVGElement[]>}
 */
function labels(look, inner, slanted) {
  const { left, top, width, height } = inner;
  const rows = look.rows.map((name, row) =>
    svg("text", { class: "ow-row-label", x: left - GAP, y: top + (row + 0.5) * height + 3.5 }, name),
  );
  const columns = look.columns.map((name, column) => {
    const x = left + (column + 0.5) * width;
    const y = top - GAP;
    const turned = { class: "ow-slanted-label", x, y, transform: `rotate(-45 ${x} ${y})` };
    return svg("text", slanted ? turned : { class: "ow-column-label", x, y }, name);
  });
  const titles = [];
  if (look.columnTitle) {
    titles.push(svg("text", { class: "ow-axis-title", x: left + 1, y: 11 }, `${look.columnTitle} \u2192`));
  }
  if (look.rowTitle) {
    const middle = top + (look.rows.length * height) / 2;
    const turn = `rotate(-90 11 ${middle})`;
    titles.push(svg("text", { class: "ow-turned-title", x: 11, y: middle, transform: turn }, look.rowTitle));
  }
  return { rows, columns, titles };
}
