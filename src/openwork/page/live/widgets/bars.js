// Bars of shares, each beside what it was before: the exact numbers in words, the bars for the eye.

import { html, keep, say, svg } from "../page/dom.js";
import { percent } from "../page/numbers.js";

/** A small table of shares. */
export class Bars {
  /**
   * @param {string} title
   * @param {string[]} names of the rows
   * @param {[string, string, string]} heads of the three columns
   */
  constructor(title, names, heads) {
    this.rows = names.map((name) => {
      const part = svg("rect", { class: "ow-bar-part", height: 4 });
      const mark = svg("rect", { class: "live-bar-mark", y: -1, width: 1.2, height: 6 });
      const drawing = svg(
        "svg",
        { class: "live-bar", viewBox: "0 -1 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "ow-bar-whole", width: 100, height: 4 }),
        part,
        mark,
      );
      const now = html("td", { class: "ow-right" }, "\u2013");
      const before = html("td", { class: "ow-right" });
      const row = html("tr", {}, html("th", { scope: "row" }, name), now, html("td", {}, drawing), before);
      return { row, part, mark, now, before };
    });
    const [first, second, third] = heads;
    const head = html(
      "tr",
      {},
      html("th", { scope: "col" }, first),
      html("th", { scope: "col", class: "ow-right" }, second),
      html("td", {}),
      html("th", { scope: "col", class: "ow-right" }, third),
    );
    this.table = html(
      "table",
      { class: "ow-table live-bars", "aria-label": title },
      html("thead", {}, head),
      html("tbody", {}, ...this.rows.map(({ row }) => row)),
    );
  }

  /**
   * @param {number[] | null} now shares; null while they are not known
   * @param {number[]} before
   */
  paint(now, before) {
    this.rows.forEach((row, index) => {
      const share = now?.[index];
      say(row.now, share === undefined ? "\u2026" : percent(share));
      say(row.before, percent(before[index] ?? NaN));
      keep(row.part, "width", (100 * (share ?? 0)).toFixed(2));
      keep(row.mark, "x", Math.min(100 * (before[index] ?? 0), 98.8).toFixed(2));
    });
  }
}
