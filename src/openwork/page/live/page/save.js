// Figures as files: SVG with its colours written into it, PNG at twice its size, tables as CSV. Nothing is sent.

const INLINED = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
  "stroke-opacity", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "visibility",
];
const PNG_SCALE = 2;
const MARGIN = 8;
const LATER = 10_000;

/**
 * A drawing as the text of a file of its own: what the page's style says of it is written into it.
 * @param {SVGSVGElement} drawing must be on the page
 * @returns {string}
 */
export function svgText(drawing) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const pairs = zipped([drawing, ...drawing.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]);
  for (const [shown, written] of pairs) {
    if (shown instanceof SVGTitleElement) continue;
    const style = getComputedStyle(shown);
    if (style.display === "none") written.setAttribute("display", "none");
    for (const name of INLINED) written.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex", "style"]) written.removeAttribute(name);
  }
  const { x, y, width, height } = drawing.viewBox.baseVal;
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const ground = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  for (const [name, value] of Object.entries(ground)) paper.setAttribute(name, String(value));
  paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(paper);
  copy.setAttribute("viewBox", `${ground.x} ${ground.y} ${ground.width} ${ground.height}`);
  copy.setAttribute("width", String(ground.width));
  copy.setAttribute("height", String(ground.height));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/**
 * Saves a drawing as SVG.
 * @param {SVGSVGElement} drawing
 * @param {string} title
 */
export function saveSvg(drawing, title) {
  download(new Blob([svgText(drawing)], { type: "image/svg+xml" }), `${fileName(title)}.svg`);
}

/**
 * Saves a drawing as PNG.
 * @param {SVGSVGElement} drawing
 * @param {string} title
 * @returns {Promise<void>}
 */
export async function savePng(drawing, title) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(drawing))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = PNG_SCALE * image.width;
  canvas.height = PNG_SCALE * image.height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob instanceof Blob) download(blob, `${fileName(title)}.png`);
}

/**
 * Saves rows of cells as CSV (RFC 4180).
 * @param {string[][]} rows the first names the columns
 * @param {string} title
 */
export function saveCsv(rows, title) {
  download(new Blob([csvText(rows)], { type: "text/csv;charset=utf-8" }), `${fileName(title)}.csv`);
}

/**
 * @param {string[][]} rows
 * @returns {string}
 */
export function csvText(rows) {
  return rows.map((row) => row.map(csvCell).join(",") + "\r\n").join("");
}

/**
 * What a table on the page says, cell by cell.
 * @param {HTMLTableElement} table
 * @returns {string[][]}
 */
export function tableRows(table) {
  const text = (/** @type {Element} */ cell) => (cell.textContent ?? "").replace(/\s+/g, " ").trim();
  return [...table.rows].map((row) => [...row.cells].map(text));
}

/**
 * A cell that no spreadsheet takes for a formula: one that begins like a formula, and is no number, gets a quote.
 * @param {string} cell
 * @returns {string}
 */
function csvCell(cell) {
  const plain = cell.replaceAll("\u00a0", " ").replace(/^\u2212(?=[\d.])/, "-");
  const safe = /^[=+\-@\t\r]/.test(plain) && Number.isNaN(Number(plain)) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LATER);
}

/**
 * @param {string} title
 * @returns {string}
 */
function fileName(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "figure";
}

/**
 * @template T
 * @param {T[]} one
 * @param {T[]} other
 * @returns {[T, T][]}
 */
function zipped(one, other) {
  return one.map((value, index) => [value, /** @type {T} */ (other[index])]);
}
