// Learning curves with a track beneath them for each claim: a bar at every checkpoint, as high as the share of cases
// that hold; filled where it was judged, an outline where the task was not solved yet. Kinds differ in shape and fill.

import { html, keep, svg } from "../page/dom.js";
import { tickText, ticks } from "../page/axis.js";
import { announce, hideTip, showTip } from "../page/tip.js";

/** @import { LiveLine } from "../page/payload.js" */
/** @import { LiveTrack } from "../page/payload.js" */

const WIDTH = 680;
const LEFT = 52;
const RIGHT = 14;
const TOP = 44;
const CURVE = 226;
const GROUND = 198;
const TRACK = 46;
const NAME = 14;
const BAR = 20;
const FOOT = 40;
const WIDEST = 22;
const FLAT = 2;
const COLOURS = 6;

/**
 * @typedef {object} TracksLook
 * @property {string} title
 * @property {LiveTrack[]} claims
 * @property {number[]} places epochs that something is known of, ascending
 * @property {{epoch: number, label: string} | null} mark an epoch worth naming
 * @property {(epoch: number, claim: LiveTrack | null) => string} tell a moment of a claim, or all of an epoch
 * @property {(claim: LiveTrack) => void} pick
 */

/**
 * @typedef {object} CurveLook
 * @property {LiveLine[]} lines
 * @property {string} unit
 * @property {boolean} log whether the axis is logarithmic; else it goes from 0 to 1
 */

/** Curves and tracks. `element` goes on the page, `drawing` into a file. */
export class Tracks {
  /** @param {TracksLook} look */
  constructor(look) {
    this.look = look;
    this.last = Math.max(1, ...look.places);
    this.height = CURVE + TRACK * look.claims.length + FOOT;
    /** @type {number} which of `places` is pointed at; -1 for none */
    this.at = -1;
    /** @type {number} which claim is; -1 is the curve */
    this.row = -1;
    this.curve = svg("g", {});
    this.cross = svg("line", { class: "live-cross", y1: TOP, y2: this.height - FOOT, visibility: "hidden" });
    this.drawing = svg(
      "svg",
      { class: "ow-svg ow-curve live-tracks", viewBox: `0 0 ${WIDTH} ${this.height}`, width: WIDTH, height: this.height, role: "img" },
      this.curve,
      ...look.claims.map((claim, row) => this.#track(claim, row)),
      ...this.#axis(),
      ...this.#mark(),
      this.cross,
    );
    const said = look.claims.map((claim) => `${claim.id}: ${claim.said}`).join(" ");
    this.drawing.setAttribute("aria-label", `${look.title}. ${said}`);
    const keys = "left and right go through the epochs, up and down through the claims, Enter opens one";
    this.element = html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": `${look.title}: ${keys}` }, this.drawing);
    this.#listen();
  }

  /**
   * Draws these curves above the tracks.
   * @param {CurveLook} curve
   */
  paint({ lines, unit, log }) {
    const values = lines.flatMap((line) => line.values).filter((value) => value !== null && (!log || value > 0));
    const known = /** @type {number[]} */ (values.length ? values : [0.1, 1]);
    const low = log ? Math.floor(Math.log10(Math.min(...known))) : 0;
    const high = log ? Math.max(low + 1, Math.ceil(Math.log10(Math.max(...known)))) : 1;
    const y = (/** @type {number} */ value) => {
      const place = log ? Math.log10(Math.max(value, 10 ** low)) : value;
      return GROUND - Math.min(Math.max((place - low) / (high - low), 0), 1) * (GROUND - TOP);
    };
    const marks = ticks(low, high, log ? 6 : 4).map((tick) => (log ? 10 ** tick : tick));
    this.curve.replaceChildren(
      svg("text", { class: "ow-y-title", x: 0, y: 14 }, unit),
      ...marks.flatMap((value) => [
        svg("line", { class: "ow-grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
        svg("text", { class: "ow-row-label", x: LEFT - 8, y: y(value) + 4 }, tickText(value)),
      ]),
      svg("line", { class: "ow-axis", x1: LEFT, x2: WIDTH - RIGHT, y1: GROUND, y2: GROUND }),
      ...lines.map((line, index) => {
        const points = line.epochs.flatMap((epoch, i) => {
          const value = line.values[i];
          return value === null || value === undefined ? [] : [`${this.#x(epoch).toFixed(1)},${y(value).toFixed(1)}`];
        });
        return svg("polyline", { class: `ow-line ow-l${index % COLOURS}`, points: points.join(" ") });
      }),
    );
  }

  /** @param {number} epoch */
  #x(epoch) {
    return LEFT + (epoch / this.last) * (WIDTH - LEFT - RIGHT);
  }

  /** @returns {number} how wide a bar is: most of the smallest distance between two */
  #wide() {
    const epochs = [...new Set(this.look.claims.flatMap((claim) => claim.moments.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
    const gaps = epochs.slice(1).map((epoch, index) => this.#x(epoch) - this.#x(epochs[index] ?? 0));
    return Math.max(1.5, Math.min(0.76 * Math.min(WIDEST, ...gaps), WIDEST));
  }

  /**
   * @param {LiveTrack} claim
   * @param {number} row
   */
  #track(claim, row) {
    const ground = CURVE + row * TRACK + NAME + 6 + BAR;
    const wide = this.#wide();
    return svg(
      "g",
      {},
      svg("text", { class: "ow-track-name", x: LEFT, y: ground - BAR - 6 }, claim.id),
      svg("line", { class: "ow-grid", x1: LEFT, x2: WIDTH - RIGHT, y1: ground, y2: ground }),
      ...claim.moments.map(({ epoch, kind, share }) => {
        const tall = Math.max(BAR * share, FLAT);
        const box = { x: (this.#x(epoch) - wide / 2).toFixed(1), y: ground - tall, width: wide.toFixed(1), height: tall };
        return svg("rect", { class: `ow-moment ow-moment-${kind}`, ...box });
      }),
    );
  }

  #mark() {
    const { mark } = this.look;
    if (!mark) return [];
    const x = this.#x(mark.epoch);
    const after = x < WIDTH / 2;
    const look = after ? "ow-mark-label" : "ow-mark-label ow-before";
    return [
      svg("line", { class: "ow-mark", x1: x, x2: x, y1: TOP - 20, y2: this.height - FOOT }),
      svg("text", { class: look, x: x + (after ? 5 : -5), y: TOP - 9 }, mark.label),
    ];
  }

  #axis() {
    const y = this.height - FOOT;
    const whole = ticks(0, this.last, 8).filter(Number.isInteger);
    return [
      ...whole.flatMap((epoch) => [
        svg("line", { class: "ow-tick", x1: this.#x(epoch), x2: this.#x(epoch), y1: y, y2: y + 4 }),
        svg("text", { class: "ow-column-label", x: this.#x(epoch), y: y + 18 }, String(epoch)),
      ]),
      svg("text", { class: "ow-x-title", x: (LEFT + WIDTH - RIGHT) / 2, y: this.height - 4 }, "epoch"),
    ];
  }

  #listen() {
    const { claims, pick } = this.look;
    const follow = (/** @type {Event} */ event) => {
      const { clientX, clientY } = /** @type {PointerEvent} */ (event);
      const box = this.drawing.getBoundingClientRect();
      const scale = WIDTH / box.width;
      this.#point((clientX - box.left) * scale, (clientY - box.top) * scale);
      showTip(this.#told(), clientX, clientY);
    };
    const leave = () => this.#clear();
    this.drawing.addEventListener("pointermove", follow);
    this.drawing.addEventListener("pointerdown", follow);
    this.drawing.addEventListener("pointerleave", leave);
    this.drawing.addEventListener("click", () => {
      const claim = claims[this.row];
      if (claim) pick(claim);
    });
    this.element.addEventListener("keydown", (event) => this.#walk(event));
    this.element.addEventListener("blur", leave);
  }

  /**
   * Points at the nearest epoch, and at the track of this height.
   * @param {number} x
   * @param {number} y
   */
  #point(x, y) {
    const { places, claims } = this.look;
    const distance = (/** @type {number} */ index) => Math.abs(this.#x(places[index] ?? 0) - x);
    const nearest = places.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
    this.#show(nearest, y < CURVE ? -1 : Math.min(Math.floor((y - CURVE) / TRACK), claims.length - 1));
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const { places, claims, pick } = this.look;
    const last = places.length - 1;
    const claim = claims[this.row];
    if (event.key === "Escape") return this.#clear();
    if (event.key === "Enter" && claim) return pick(claim);
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1], Home: [-Infinity, 0], End: [Infinity, 0] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const from = this.at < 0 ? (move[0] < 0 ? last + 1 : -1) : this.at;
    const at = move[0] ? from + move[0] : Math.max(this.at, 0);
    this.#show(Math.min(Math.max(at, 0), last), Math.min(Math.max(this.row + move[1], -1), claims.length - 1));
    const place = this.cross.getBoundingClientRect();
    const box = this.drawing.getBoundingClientRect();
    const y = this.row < 0 ? TOP : CURVE + this.row * TRACK;
    showTip(this.#told(), place.right, box.top + (y * box.width) / WIDTH);
    announce(this.#told());
  }

  /**
   * @param {number} at
   * @param {number} row
   */
  #show(at, row) {
    this.at = at;
    this.row = row;
    const x = this.#x(this.look.places[at] ?? 0).toFixed(1);
    keep(this.cross, "x1", x);
    keep(this.cross, "x2", x);
    keep(this.cross, "visibility", "visible");
    keep(this.drawing, "class", row < 0 ? "ow-svg ow-curve live-tracks" : "ow-svg ow-curve live-tracks live-picks");
  }

  #clear() {
    this.at = -1;
    keep(this.cross, "visibility", "hidden");
    hideTip();
  }

  #told() {
    return this.look.tell(this.look.places[this.at] ?? 0, this.look.claims[this.row] ?? null);
  }
}

/**
 * What the lines and the kinds of bars mean.
 * @param {string[]} lines their names
 * @param {Record<string, string>} kinds each in words
 */
export function tracksKey(lines, kinds) {
  const line = (/** @type {number} */ index) =>
    svg(
      "svg",
      { class: "ow-sample", width: 26, height: 8, "aria-hidden": "true" },
      svg("line", { class: `ow-line ow-l${index % COLOURS}`, x1: 0, x2: 26, y1: 4, y2: 4 }),
    );
  const bar = (/** @type {string} */ kind) => {
    const tall = kind === "some" ? 6 : kind === "open" ? 4 : kind === "fails" ? FLAT : 11;
    const box = svg("rect", { class: `ow-moment ow-moment-${kind}`, x: 1, y: 12 - tall, width: 8, height: tall });
    return svg("svg", { class: "ow-sample", width: 10, height: 13, "aria-hidden": "true" }, box);
  };
  return html(
    "ul",
    { class: "ow-legend" },
    ...lines.map((name, index) => html("li", {}, line(index), name)),
    ...Object.entries(kinds).map(([kind, words]) => html("li", {}, bar(kind), words)),
  );
}
