// The frame around every figure: its title, the buttons that save it, the drawing, and what it shows in words.

import { html } from "./dom.js";
import { savePng, saveCsv, saveSvg, tableRows } from "./save.js";

/**
 * A figure with its title and buttons.
 * @param {string} title
 * @param {HTMLElement} body holds the drawing, or a table
 * @param {{caption?: string, drawing?: SVGSVGElement, rows?: () => string[][], controls?: HTMLElement}} [more]
 *   `rows` gives its numbers for a CSV file
 * @returns {HTMLElement}
 */
export function figure(title, body, more = {}) {
  const tools = saveButtons(title, more.drawing ?? null, more.rows ?? null);
  return html(
    "figure",
    { class: "ow-figure live-figure", "aria-label": title },
    html("div", { class: "live-figure-head" }, html("div", { class: "ow-figure-title" }, title), tools),
    more.controls,
    body,
    more.caption ? html("figcaption", {}, more.caption) : null,
  );
}

/** Gives every figure that was drawn before the page opened the same buttons. */
export function frameStaticFigures() {
  for (const found of document.querySelectorAll("figure.ow-figure:not(.live-figure)")) {
    const drawing = found.querySelector("svg.ow-svg");
    const table = found.querySelector("table");
    const title = found.getAttribute("aria-label") ?? "figure";
    const rows = table ? () => tableRows(table) : null;
    found.append(saveButtons(title, drawing instanceof SVGSVGElement ? drawing : null, rows));
  }
}

/**
 * @param {string} title
 * @param {SVGSVGElement | null} drawing
 * @param {(() => string[][]) | null} rows
 * @returns {HTMLElement}
 */
function saveButtons(title, drawing, rows) {
  const button = (/** @type {string} */ kind, /** @type {() => unknown} */ save) =>
    html("button", { type: "button", "aria-label": `Save ${title} as ${kind}`, onclick: save }, kind);
  return html(
    "div",
    { class: "live-save" },
    drawing && button("SVG", () => saveSvg(drawing, title)),
    drawing && button("PNG", () => savePng(drawing, title)),
    rows && button("CSV", () => saveCsv(rows(), title)),
  );
}
