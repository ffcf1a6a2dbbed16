// A sum as a table: every row adds its numbers to the columns, and the last row is what they come to. A row that is made
// of others opens to them.

import { html, keep, refill, say, svg } from "../page/dom.js";
import { brief, exact } from "../page/numbers.js";
import { tellOnHover } from "../page/tip.js";
import { colourClass } from "./grid.js";

const [WIDE, HIGH] = [42, 20]; // px of a cell
const [BAR, TALL] = [7, 15]; // px of a bar in a profile

/**
 * @typedef {object} LedgerRow
 * @property {string} key of its own
 * @property {string} name
 * @property {string} note beside the name
 * @property {ArrayLike<number>} votes one for each column
 * @property {boolean | null} open whether its pieces are shown; null where it has none
 * @property {number} depth 1 for a piece
 * @property {Profile | null} profile what it would be in other cases
 */

/** One bar for each case, the case that is shown now, and all of it in words. @typedef {{bars: number[], now: number, told: string}} Profile */

/**
 * @typedef {object} LedgerPaint
 * @property {string[]} columns
 * @property {number} said the column of the largest sum; -1 for none
 * @property {(column: number) => boolean} right
 * @property {LedgerRow[]} rows
 * @property {ArrayLike<number>} sum
 * @property {string} noteTitle of what stands beside the names of pieces
 */

/** The table. */
export class Ledger {
  /**
   * @param {string} title
   * @param {(key: string) => void} toggle opens or closes a row
   */
  constructor(title, toggle) {
    this.toggle = toggle;
    this.rows = new Rows();
    this.total = new Rows();
    this.head = html("thead", {});
    this.table = html("table", { class: "live-ledger", "aria-label": title }, this.head, this.rows.element, html("tfoot", {}));
    this.table.tFoot?.append(...this.total.take(1));
    this.element = html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": title }, this.table);
    tellOnHover(this.table, (target) => target.closest("[data-told]")?.getAttribute("data-told") ?? null);
  }

  /** @param {LedgerPaint} paint */
  paint({ columns, rows, sum, said, right, noteTitle }) {
    const reach = Math.max(...rows.filter(({ depth }) => depth === 0).flatMap(({ votes }) => Array.from(votes, Math.abs)), 1e-9);
    const names = columns.map((name, column) => html("th", { scope: "col", class: column === said ? "live-leads" : "" }, name));
    refill(this.head, html("tr", {}, html("th", { scope: "col" }, "what adds"), html("th", { scope: "col" }, noteTitle), ...names));
    this.rows.show(rows.length);
    rows.forEach((row, at) => {
      const to = this.rows.at(at);
      keep(to.label, "class", row.depth ? "live-piece" : "");
      this.#name(to.label, row);
      refill(to.note, row.note, row.profile && profile(row.profile));
      to.paint(columns.length, (column) => {
        const value = row.votes[column] ?? NaN;
        return { value, reach, told: `${row.name} adds ${signed(value)} to ${columns[column]}`, framed: right(column) };
      });
    });
    const total = this.total.at(0);
    say(total.label, "together");
    total.paint(columns.length, (column) => {
      const value = sum[column] ?? NaN;
      return { value, reach, told: `the logit of ${columns[column]} is ${exact(value)}`, framed: right(column) };
    });
  }

  /**
   * The name of a row, as a button where it opens; one that is there already stays, and keeps the focus.
   * @param {HTMLElement} label
   * @param {LedgerRow} row
   */
  #name(label, { key, name, open }) {
    const known = label.firstElementChild;
    if (open === null) return known ? refill(label, name) : say(label, name);
    if (known?.getAttribute("data-row") === key) return keep(known, "aria-expanded", String(open));
    const onclick = () => {
      this.toggle(key);
      /** @type {HTMLElement | null} */ (this.table.querySelector(`[data-row="${key}"]`))?.focus();
    };
    refill(label, html("button", { type: "button", "data-row": key, "aria-expanded": String(open), onclick }, name));
  }

  /** Everything as a table of texts. */
  texts() {
    return [...this.table.rows].map((row) => [...row.cells].map((cell) => cell.getAttribute("data-number") ?? cell.textContent ?? ""));
  }
}

/** What one part adds in other cases: a row for each. @typedef {{name: string, votes: ArrayLike<number>, now: boolean, right: (column: number) => boolean}} CaseRow */

/** A table of cases; nothing where there are none. */
export class CaseTable {
  constructor() {
    this.caption = html("caption", {});
    this.head = html("thead", {});
    this.rows = new Rows();
    this.table = html("table", { class: "live-ledger" }, this.caption, this.head, this.rows.element);
    this.element = html("div", { class: "ow-scroll live-cases", tabindex: 0, role: "group" }, this.table);
    tellOnHover(this.table, (target) => target.closest("[data-told]")?.getAttribute("data-told") ?? null);
  }

  /**
   * @param {string} title
   * @param {string[]} columns
   * @param {CaseRow[]} rows
   */
  paint(title, columns, rows) {
    this.element.hidden = rows.length === 0;
    keep(this.element, "aria-label", title);
    say(this.caption, title);
    refill(this.head, html("tr", {}, html("td", {}), html("td", {}), ...columns.map((name) => html("th", { scope: "col" }, name))));
    const reach = Math.max(...rows.flatMap(({ votes }) => Array.from(votes, Math.abs)), 1e-9);
    this.rows.show(rows.length);
    rows.forEach(({ name, votes, now, right }, at) => {
      const to = this.rows.at(at);
      keep(to.element, "class", now ? "live-now-row" : "");
      say(to.label, name);
      to.paint(columns.length, (column) => {
        const value = votes[column] ?? NaN;
        return { value, reach, told: `with ${name}: ${signed(value)} for ${columns[column]}`, framed: right(column) };
      });
    });
  }
}

/** A number, the largest that a colour stands for, what hover says, and whether it is right. @typedef {{value: number, reach: number, told: string, framed: boolean}} Cell */

/** Rows that are made once and then repainted. */
class Rows {
  constructor() {
    this.element = html("tbody", {});
    /** @type {Row[]} */
    this.known = [];
  }

  /** @param {number} at */
  at(at) {
    return /** @type {Row} */ (this.known[at]);
  }

  /**
   * @param {number} count
   * @returns {HTMLElement[]}
   */
  take(count) {
    while (this.known.length < count) this.known.push(new Row());
    return this.known.slice(0, count).map(({ element }) => element);
  }

  /** @param {number} count */
  show(count) {
    const wanted = this.take(count);
    while (this.element.childElementCount > count) this.element.lastElementChild?.remove();
    this.element.append(...wanted.slice(this.element.childElementCount));
  }
}

class Row {
  constructor() {
    this.label = html("th", { scope: "row" });
    this.note = html("td", { class: "live-ledger-note" });
    this.element = html("tr", {}, this.label, this.note);
    /** @type {{cell: HTMLElement, group: SVGElement, text: SVGElement}[]} */
    this.cells = [];
  }

  /**
   * @param {number} columns
   * @param {(column: number) => Cell} of
   */
  paint(columns, of) {
    while (this.cells.length < columns) this.cells.push(made());
    const shown = this.cells.slice(0, columns);
    while (this.element.childElementCount > columns + 2) this.element.lastElementChild?.remove();
    this.element.append(...shown.slice(this.element.childElementCount - 2).map(({ cell }) => cell));
    shown.forEach(({ cell, group, text }, column) => {
      const { value, reach, told, framed } = of(column);
      say(text, brief(value, false));
      keep(group, "class", `ow-cell ${colourClass(value, -reach, reach)}${framed ? " live-outlined" : ""}`);
      keep(cell, "data-told", told);
      keep(cell, "data-number", exact(value, 6));
    });
  }
}

/** A cell without a number yet. */
function made() {
  const text = svg("text", { x: WIDE / 2, y: HIGH / 2 + 3.5 });
  const group = svg("g", {}, svg("rect", { x: 1, y: 1, width: WIDE - 2, height: HIGH - 2 }), text);
  const drawing = svg("svg", { class: "ow-svg live-vote", viewBox: `0 0 ${WIDE} ${HIGH}`, width: WIDE, height: HIGH }, group);
  return { cell: html("td", {}, drawing), group, text };
}

/** @param {Profile} of */
function profile({ bars, now, told }) {
  const most = Math.max(...bars.map(Math.abs), 1e-9);
  const drawing = svg("svg", { class: "ow-svg live-profile", viewBox: `0 0 ${bars.length * BAR} ${TALL}`, width: bars.length * BAR, height: TALL, role: "img", "aria-label": told });
  keep(drawing, "data-told", told);
  bars.forEach((value, at) => {
    const height = Math.max((TALL * Math.abs(value)) / most, 1);
    drawing.append(svg("rect", { class: `live-profile-bar${at === now ? " live-profile-now" : ""}${value < 0 ? " live-profile-below" : ""}`, x: at * BAR + 1, y: TALL - height, width: BAR - 2, height }));
  });
  return drawing;
}

/** @param {number} value */
function signed(value) {
  return `${value >= 0 ? "+" : ""}${exact(value, 3)}`;
}
