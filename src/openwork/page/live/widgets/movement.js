// The whole mechanism over the tokens of one question: every route at once, coloured by output, thin where it is weak.

import { html, keep, refill, say, svg } from "../page/dom.js";
import { rowsOf, stageName } from "../model/stages.js";
import { tellOnHover } from "../page/tip.js";

/** @import { Depth } from "../model/stages.js" */
/** @import { Way } from "../page/ways.js" */

const LEFT = 55; // px for the names of the stages
const RIGHT = 6;
const [CLOSEST, WIDEST] = [17.2, 44]; // px from position to position
const [RISE, FLAT] = [84, 34]; // px from stage to stage, where something moves between positions and where nothing does
const [TOP, BELOW] = [66, 58];
const [THICKEST, THINNEST] = [5.5, 1];
const MANY = 80; // lines, beyond which each is thinner, so that they stay apart
const SHADES = 12; // colours of outputs, in order
const FAINT = 0.1;
const LETTER = 5.9; // px, about, of a name
const CHIP = 10.5;
const [CROWD, SPECK] = [60, 3.5]; // dots, beyond which there is one from place to place, px small, that says nothing
const NAME_AT = 44; // px from the lowest stage down to the names
const SLANT = 0.72; // of a slanted name's length, that it hangs down

/** A circle with a text in it. @typedef {{group: SVGElement, text: SVGElement}} Chip */

/** Where a variable of the program stands. @typedef {{name: string, stage: number, position: number}} Stand */

/**
 * @typedef {object} MovementLook
 * @property {string} title
 * @property {Depth} depth
 * @property {string[]} names of the positions
 * @property {number[]} graded
 * @property {string[]} outputs
 * @property {Stand[]} stands
 * @property {(output: number) => void} pick follows an output
 * @property {(name: string) => void} choose a variable of the program
 */

/**
 * @typedef {object} Moment
 * @property {string[]} symbols of the tokens
 * @property {string[]} said of the answers
 * @property {(boolean | null)[]} right
 * @property {Way[]} links
 * @property {Record<string, string>} values of the program's variables, as text
 * @property {Set<string>} lit variables
 * @property {number} output that is followed; -1 for all
 * @property {number} stage that has been reached; -1 shows everything
 * @property {number} length positions in sight
 */

/** The drawing. `element` goes on the page, `drawing` into a file. */
export class Movement {
  /** @param {MovementLook} look */
  constructor(look) {
    this.look = look;
    this.drawing = svg("svg", { class: "ow-svg live-movement", role: "img", "aria-label": look.title });
    this.element = html("div", { class: "ow-scroll", tabindex: 0, role: "group", "aria-label": look.title }, this.drawing);
    this.width = 0;
    this.step = WIDEST;
    this.chip = CHIP;
    /** @type {SVGElement[]} */
    this.labels = [];
    /** @type {{group: SVGElement, symbol: SVGElement}[]} */
    this.tokens = [];
    /** @type {(Chip & {stand: Stand})[]} */
    this.stands = [];
    /** @type {Chip[]} */
    this.answers = [];
    /** @type {Moment | null} */
    this.moment = null;
    /** @type {{link: Way, group: SVGElement, points: number[], first: boolean}[]} */
    this.links = [];
    this.dots = svg("g", { class: "live-dots", "aria-hidden": "true" });
    tellOnHover(this.drawing, (target) => {
      const at = target.closest("[data-link]")?.getAttribute("data-link");
      return at ? (this.links[Number(at)]?.link.told ?? null) : (target.closest("[data-told]")?.getAttribute("data-told") ?? null);
    });
    this.drawing.addEventListener("click", ({ target }) => {
      if (!(target instanceof Element)) return;
      const output = target.closest("[data-output]")?.getAttribute("data-output");
      const name = target.closest("[data-stand]")?.getAttribute("data-stand");
      if (output) look.pick(Number(output));
      else if (name) look.choose(name);
    });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  /** @param {Moment} moment */
  paint(moment) {
    const anew = this.moment?.links !== moment.links || this.moment.length !== moment.length;
    this.moment = moment;
    if (this.width && anew) this.#build();
    if (this.width) this.#repaint();
  }

  /**
   * Shows what travels between two stages.
   * @param {number} time a stage, and how far on the way to the next; below 0 nothing travels
   * @param {(link: Way) => string} carried
   */
  travel(time, carried) {
    const stage = Math.floor(time);
    const part = ease(time - stage);
    const all = this.links.filter(({ link }) => time >= 0 && link.stage === stage && this.#follows(link));
    const crowd = all.length > CROWD;
    const moving = crowd ? all.filter(({ first }) => first) : all;
    while (this.dots.childElementCount < moving.length) {
      this.dots.append(svg("g", { class: "live-dot" }, svg("circle", { r: this.chip }), svg("text", { y: 4 })));
    }
    [...this.dots.children].forEach((dot, index) => {
      const found = moving[index];
      keep(dot, "visibility", found ? "visible" : "hidden");
      if (!found) return;
      const [x, y] = along(found.points, part);
      dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      keep(dot, "class", `live-dot ${this.#colour(found.link)}`);
      const [circle, text] = dot.children;
      if (!circle || !text) return;
      keep(circle, "r", String(crowd ? SPECK : this.chip));
      const words = crowd ? "" : carried(found.link);
      say(text, inCircle(words));
      keep(text, "class", words.length > 2 ? "live-token-word" : "");
    });
  }

  /**
   * A colour for each output; where ways belong to none, for each head.
   * @param {Way} link
   */
  #colour({ output, head }) {
    return head ? shade(...head) : shade(output, this.look.outputs.length);
  }

  /** @param {Way} link */
  #follows(link) {
    const output = this.moment?.output ?? -1;
    return output < 0 || link.output < 0 || link.output === output;
  }

  #fit() {
    const width = this.element.clientWidth;
    if (!this.moment || !width || Math.abs(width - this.width) < 4) return;
    this.width = width;
    this.#build();
    this.#repaint();
  }

  #build() {
    const { depth, names, graded, outputs, stands } = this.look;
    const moment = /** @type {Moment} */ (this.moment);
    const count = moment.length;
    const rows = rowsOf(depth);
    const room = (this.width - LEFT - RIGHT) / count;
    this.step = Math.min(Math.max(room, CLOSEST), WIDEST);
    this.chip = Math.min(CHIP, this.step / 2 - 1);
    const x = (/** @type {number} */ position) => LEFT + (position + 0.5) * this.step;
    const heights = heightsOf(moment.links, rows);
    const y = (/** @type {number} */ stage) => TOP + (heights[stage] ?? 0);
    const width = Math.ceil(LEFT + count * this.step + RIGHT);
    const slanted = names.slice(0, count).filter((name) => turned(name, this.step)).map((name) => NAME_AT + SLANT * LETTER * name.length);
    const height = y(0) + Math.max(BELOW, ...slanted);
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) keep(this.drawing, name, String(value));
    const thickest = Math.max(THINNEST, THICKEST * Math.min(1, MANY / moment.links.length));
    this.links = placed(moment.links.filter(({ from, to }) => from < count && to < count), x, y, this.step).map(({ link, points, first }, index) => {
      const d = `M ${points[0]} ${points[1]} C ${points.slice(2).join(" ")}`;
      const line = { d, "stroke-width": (0.7 + thickest * link.rate).toFixed(2), "stroke-opacity": (0.3 + 0.7 * link.rate).toFixed(2) };
      const group = svg("g", { "data-link": index }, svg("path", { class: "live-link-reach", d }), svg("path", { class: "live-link", ...line }));
      return { link, group, points, first };
    });
    const columns = names.slice(0, count).map((_, p) => svg("path", { class: "live-stream-line", d: `M ${x(p)} ${y(0)} V ${y(rows - 1)}` }));
    const labels = Array.from({ length: rows + 1 }, (_, stage) => {
      return svg("text", { class: "ow-row-label", x: LEFT - 8, y: y(stage) + 4, "data-stage": stage }, stageName(stage, depth).replace("attention", "attn"));
    });
    this.labels = labels;
    this.tokens = names.slice(0, count).map((name, p) => tokenAt(name, x(p), y(0), this.step));
    const crowd = new Map();
    this.stands = stands.filter(({ position }) => position < count).map((stand) => {
      const key = `${stand.stage}-${stand.position}`;
      const turn = crowd.get(key) ?? 0;
      crowd.set(key, turn + 1);
      const made = chipAt(x(stand.position) + 5 * turn, y(stand.stage) - 7 * turn, this.chip, "live-stand");
      keep(made.group, "data-stand", stand.name);
      return { stand, ...made };
    });
    this.answers = graded.map((position, output) => {
      const made = chipAt(x(position), y(rows), this.chip, "live-says");
      keep(made.group, "data-output", String(output));
      const words = this.step < 26 ? bare(outputs[output] ?? "") : (outputs[output] ?? "");
      const inside = width - 1 - (LETTER * words.length) / 2;
      const name = svg("text", { class: "live-token-name", x: Math.min(x(position), inside), y: y(rows) - this.chip - 5 }, words);
      made.group.append(name);
      return made;
    });
    this.dots.replaceChildren();
    const all = [columns, this.links.map((l) => l.group), labels, this.tokens.map((t) => t.group), this.stands.map((s) => s.group), this.answers.map((a) => a.group)];
    refill(this.drawing, ...all.flat(), this.dots);
  }

  #repaint() {
    const moment = /** @type {Moment} */ (this.moment);
    const { outputs } = this.look;
    const reached = moment.stage < 0 ? Infinity : moment.stage;
    for (const { link, group } of this.links) {
      const bright = this.#follows(link) && link.stage < reached;
      keep(group, "class", `live-way ${this.#colour(link)}${link.moves ? "" : " live-stays"}`);
      keep(group, "opacity", String(bright ? 1 : this.#follows(link) ? 0.25 : FAINT));
    }
    this.labels.forEach((label, stage) => keep(label, "class", `ow-row-label${stage === moment.stage ? " live-now" : ""}`));
    this.tokens.forEach(({ symbol }, position) => {
      const text = moment.symbols[position] ?? "";
      const room = Math.max(Math.floor(this.step / LETTER) - 1, 1);
      say(symbol, text.length > 2 && text.length > room ? `${text.slice(0, room)}\u2026` : text);
      keep(symbol, "class", `live-token-symbol${text.length > 2 || this.step < 24 ? " live-token-word" : ""}`);
    });
    this.stands.forEach(({ stand, group, text }) => {
      const value = moment.values[stand.name] ?? "";
      const there = stand.stage <= reached;
      const lit = moment.lit.has(stand.name);
      say(text, inCircle(value));
      keep(text, "class", value.length > 2 ? "live-token-word" : "");
      keep(group, "class", `live-chip live-stand${lit ? " live-lit" : ""}`);
      keep(group, "opacity", there ? "1" : "0");
      keep(group, "data-told", `${stand.name} = ${value}\nat ${this.look.names[stand.position]}, ${stageName(stand.stage, this.look.depth)}`);
    });
    this.answers.forEach(({ group, text }, output) => {
      const right = moment.right[output] ?? null;
      const followed = moment.output < 0 || moment.output === output;
      const words = moment.said[output] ?? "";
      say(text, reached >= rowsOf(this.look.depth) ? (words.length > 5 ? "\u2026" : words) : "");
      keep(group, "visibility", words && (this.look.graded[output] ?? 0) < moment.length ? "visible" : "hidden");
      keep(text, "class", (moment.said[output] ?? "").length > 2 ? "live-token-word" : "");
      keep(group, "class", `live-chip live-says ${shade(output, outputs.length)}${right === false ? " live-wrong-chip" : ""}`);
      keep(group, "opacity", followed ? "1" : "0.35");
      keep(group, "data-told", `${outputs[output]} = ${moment.said[output]}${right === null ? "" : right ? ", right" : ", wrong"}\nClick to follow it alone.`);
    });
  }
}

/**
 * The class of an output's colour: outputs go from one end of a scale to the other.
 * @param {number} output
 * @param {number} count
 */
export function shade(output, count) {
  if (output < 0) return "live-oall";
  return `live-o${count > 1 ? Math.round((output / (count - 1)) * (SHADES - 1)) : 0}`;
}

/**
 * Links with the four points of their curves; those that would lie upon each other stand side by side.
 * @param {Way[]} links
 * @param {(position: number) => number} x
 * @param {(stage: number) => number} y
 * @param {number} step
 */
function placed(links, x, y, step) {
  /** @type {Map<string, number>} */
  const many = new Map();
  const place = (/** @type {Way} */ { stage, from, to, moves }) => `${stage} ${from} ${to} ${moves}`;
  for (const link of links) many.set(place(link), (many.get(place(link)) ?? 0) + 1);
  /** @type {Map<string, number>} */
  const seen = new Map();
  return links.map((link) => {
    const turn = seen.get(place(link)) ?? 0;
    seen.set(place(link), turn + 1);
    const beside = ((many.get(place(link)) ?? 1) - 1) / 2;
    const aside = (turn - beside) * Math.min(4, (step - 6) / (2 * beside + 1));
    const [x1, y1, x2, y2] = [x(link.from) + aside, y(link.stage), x(link.to) + aside, y(link.stage + 1)];
    const bend = (y1 - y2) * 0.55;
    const swing = link.moves && link.from === link.to ? -Math.min(9, step / 3) : 0;
    return { link, points: [x1, y1, x1 + swing, y1 - bend, x2 + swing, y2 + bend, x2, y2], first: turn === 0 };
  });
}

/**
 * How far below the last stage each one is drawn; the answers stand above it.
 * @param {Way[]} ways
 * @param {number} rows
 */
function heightsOf(ways, rows) {
  const heights = [0];
  for (let stage = rows - 2; stage >= 0; stage -= 1) {
    const moves = ways.some((way) => way.stage === stage && way.from !== way.to);
    heights.unshift((heights[0] ?? 0) + (moves ? RISE : FLAT));
  }
  return [...heights, -FLAT - 4];
}

/**
 * @param {number[]} points four of a curve
 * @param {number} part 0 to 1
 * @returns {[number, number]}
 */
function along(points, part) {
  const rest = 1 - part;
  const weights = [rest ** 3, 3 * rest ** 2 * part, 3 * rest * part ** 2, part ** 3];
  const at = (/** @type {number} */ axis) => weights.reduce((sum, weight, index) => sum + weight * (points[2 * index + axis] ?? 0), 0);
  return [at(0), at(1)];
}

/** @param {number} part */
function ease(part) {
  return part < 0.5 ? 2 * part * part : 1 - 2 * (1 - part) ** 2;
}

/**
 * Whether a name stands slanted, for want of room.
 * @param {string} name
 * @param {number} step
 */
function turned(name, step) {
  return LETTER * name.length > step;
}

/**
 * @param {string} name
 * @param {number} x
 * @param {number} y
 * @param {number} step
 */
function tokenAt(name, x, y, step) {
  const half = step / 2 - 1;
  const symbol = svg("text", { x, y: y + 23 });
  const below = y + NAME_AT;
  const place = turned(name, step) ? { x: x + 3, y: below - 2, transform: `rotate(-45 ${x + 3} ${below - 2})` } : { x, y: below };
  const group = svg(
    "g",
    { class: "live-ground" },
    svg("rect", { x: x - half, y: y + 8, width: 2 * half, height: 22, rx: 4 }),
    symbol,
    svg("text", { class: `live-token-name${turned(name, step) ? " live-slanted" : ""}`, ...place }, name),
  );
  return { group, symbol };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} kind
 */
function chipAt(x, y, radius, kind) {
  const text = svg("text", { x, y: y + 4 });
  return { text, group: svg("g", { class: `live-chip ${kind}` }, svg("circle", { cx: x, cy: y, r: radius }), text) };
}

/**
 * A value as there is room for it in a circle: of several numbers the first, if it is short.
 * @param {string} value
 */
function inCircle(value) {
  const [first = ""] = value.split("\u00b7");
  return value.length <= 3 ? value : first.length < 3 && first !== value ? `${first}\u2026` : "\u2026";
}

/**
 * `y[3]` as `3`, where there is little room.
 * @param {string} name
 */
function bare(name) {
  return /\[(\d+)\]$/.exec(name)?.[1] ?? name.slice(0, 3);
}
