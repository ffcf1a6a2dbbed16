// Attention as arcs between tokens: the thicker, the more weight. One query at a time, or all of them.

import { html, keep, say, setAttributes, svg } from "../page/dom.js";
import { announce, hideTip, showTip, tellOnHover } from "../page/tip.js";

const NARROWEST = 27; // px from token to token
const CROWD = 28; // tokens, from which on they stand closer and their names are slanted
const CLOSE = 21; // px from token to token then
const HIGHEST = 300; // px of an arc
const LETTER = 5.6; // px, about, of a name below a token
const SIDE = 17;
const LOWEST = 0.02;
const THICKEST = 9;
const FLAT = 0.42;

/**
 * @typedef {object} ArcsLook
 * @property {string} title
 * @property {string[]} names of the positions
 * @property {(query: number, key: number) => string} tell
 * @property {(query: number | null) => void} choose is told the token that is clicked, or null where it was chosen
 */

/** Arcs. `element` goes on the page, `drawing` into a file. */
export class Arcs {
  /** @param {ArcsLook} look */
  constructor(look) {
    this.look = look;
    /** @type {number | null} the position whose attention is shown; null means every one */
    this.query = null;
    /** @type {ArrayLike<number>} */
    this.weights = [];
    const count = look.names.length;
    this.crowded = count >= CROWD;
    const widest = Math.max(...look.names.map((name) => LETTER * name.length));
    this.step = this.crowded ? CLOSE : Math.max(NARROWEST, widest + 3);
    this.flat = Math.min(FLAT, HIGHEST / ((count - 1) * this.step));
    this.ground = (count - 1) * this.step * this.flat + 16;
    this.height = this.ground + (this.crowded ? 40 + 0.75 * widest : 52);
    this.drawing = svg("svg", { class: "ow-svg live-arcs", role: "img", "aria-label": look.title });
    this.inSight = count;
    this.paths = this.#paths();
    this.tokens = look.names.map((name, position) => this.#token(name, position));
    this.crop(count);
    this.drawing.append(...this.paths.map((arc) => arc.path), ...this.tokens.map((token) => token.group));
    this.element = html(
      "div",
      { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": `${look.title}: left and right choose a token` },
      this.drawing,
    );
    this.#listen();
  }

  /**
   * Shows only the first tokens, where the others are pads.
   * @param {number} count
   */
  crop(count) {
    this.inSight = count;
    const width = 2 * SIDE + (count - 1) * this.step;
    const above = (this.look.names.length - count) * this.step * this.flat;
    const height = this.height - above;
    setAttributes(this.drawing, { viewBox: `0 ${above} ${width} ${height}`, width, height });
    this.tokens.forEach(({ group }, position) => keep(group, "visibility", position < count ? "visible" : "hidden"));
  }

  /**
   * Shows the attention of one position only.
   * @param {number | null} query null for every one
   */
  show(query) {
    this.query = query;
    this.#repaint();
  }

  /**
   * Shows other weights.
   * @param {ArrayLike<number>} weights query by query
   * @param {string[]} symbols the tokens
   */
  paint(weights, symbols) {
    this.weights = weights;
    this.tokens.forEach((token, position) => {
      const symbol = symbols[position] ?? "";
      say(token.symbol, symbol);
      keep(token.symbol, "class", symbol.length > 2 ? "live-token-symbol live-token-word" : "live-token-symbol");
    });
    this.#repaint();
  }

  #repaint() {
    const count = this.look.names.length;
    for (const { path, query, key } of this.paths) {
      const weight = this.weights[query * count + key] ?? 0;
      const shown = weight >= LOWEST && (this.query === null || this.query === query);
      keep(path, "visibility", shown ? "visible" : "hidden");
      if (shown) keep(path, "stroke-width", (0.6 + THICKEST * weight).toFixed(2));
      if (shown) keep(path, "stroke-opacity", (0.25 + 0.6 * weight).toFixed(2));
    }
    this.tokens.forEach((token, position) => {
      keep(token.group, "class", position === this.query ? "live-token live-chosen" : "live-token");
    });
  }

  #paths() {
    const count = this.look.names.length;
    const found = [];
    for (let query = 0; query < count; query += 1) {
      for (let key = 0; key < count; key += 1) {
        const d = this.#shape(query, key);
        const side = key > query ? "live-arc live-ahead" : "live-arc";
        const path = svg("path", { class: side, d, "data-query": query, "data-key": key, visibility: "hidden" });
        found.push({ path, query, key });
      }
    }
    return found;
  }

  /**
   * @param {number} query
   * @param {number} key
   */
  #shape(query, key) {
    const [from, to] = [SIDE + key * this.step, SIDE + query * this.step];
    const y = this.ground;
    if (query === key) return `M ${from - 5} ${y} C ${from - 13} ${y - 24} ${from + 13} ${y - 24} ${from + 5} ${y}`;
    const radius = Math.abs(to - from) / 2;
    return `M ${from} ${y} A ${radius} ${radius * this.flat * 2} 0 0 ${to > from ? 1 : 0} ${to} ${y}`;
  }

  /**
   * @param {string} name
   * @param {number} position
   */
  #token(name, position) {
    const x = SIDE + position * this.step;
    const half = this.step / 2 - 1.5;
    const symbol = svg("text", { class: "live-token-symbol", x, y: this.ground + 19 });
    const group = svg(
      "g",
      { class: "live-token", "data-token": position },
      svg("rect", { x: x - half, y: this.ground + 3, width: 2 * half, height: 23, rx: 4 }),
      symbol,
      this.#name(name, x),
    );
    return { group, symbol };
  }

  /**
   * @param {string} name
   * @param {number} x
   */
  #name(name, x) {
    const y = this.ground + (this.crowded ? 37 : 40);
    if (!this.crowded) return svg("text", { class: "live-token-name", x, y }, name);
    return svg("text", { class: "live-token-name live-slanted", x: x + 3, y, transform: `rotate(-45 ${x + 3} ${y})` }, name);
  }

  #listen() {
    tellOnHover(this.drawing, (target) => this.#told(target));
    this.drawing.addEventListener("click", (event) => {
      const token = event.target instanceof Element ? event.target.closest("[data-token]") : null;
      const position = token ? Number(token.getAttribute("data-token")) : null;
      this.look.choose(position === this.query ? null : position);
    });
    this.element.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (event.key === "Escape") this.look.choose(null);
      if (!step) return;
      event.preventDefault();
      const last = this.inSight - 1;
      this.look.choose(Math.min(Math.max((this.query ?? (step > 0 ? -1 : last + 1)) + step, 0), last));
      const chosen = this.tokens[this.query ?? 0];
      if (this.query === null || !chosen) return;
      const text = this.#most(this.query);
      chosen.group.scrollIntoView({ block: "nearest", inline: "nearest" });
      const place = chosen.group.getBoundingClientRect();
      showTip(text, place.right, place.top);
      announce(text);
    });
    this.element.addEventListener("blur", hideTip);
  }

  /**
   * @param {Element} target
   * @returns {string | null}
   */
  #told(target) {
    const [query, key] = ["data-query", "data-key"].map((name) => target.getAttribute(name));
    if (query && key) return this.look.tell(Number(query), Number(key));
    const token = target.closest("[data-token]");
    return token ? this.#most(Number(token.getAttribute("data-token"))) : null;
  }

  /**
   * The largest weights of one query.
   * @param {number} query
   */
  #most(query) {
    const count = this.look.names.length;
    const keys = Array.from({ length: count }, (_, key) => key);
    const weight = (/** @type {number} */ key) => this.weights[query * count + key] ?? 0;
    keys.sort((one, other) => weight(other) - weight(one));
    return keys.slice(0, 3).map((key) => this.look.tell(query, key)).join("\n");
  }
}
