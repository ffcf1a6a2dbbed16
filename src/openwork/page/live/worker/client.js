// The page's side of the worker, which runs the page's own script: the one that the Content-Security-Policy allows.

/** @import { Linear } from "../model/model.js" */
/** @import { Edit } from "../interventions/edit.js" */
/** @import { Attention } from "../measures/attention.js" */
/** @import { Asked, Followed } from "../measures/carries.js" */
/** @import { Parting } from "../measures/parting.js" */
/** @import { Readout, Way } from "../measures/readout.js" */
/** @import { Scores } from "../measures/score.js" */
/** @import { Pairing } from "../measures/subject.js" */
/** @import { PlainProgram } from "../program/program.js" */
/** @import { Question } from "./jobs.js" */
/** @import { Payload, Reply } from "./serve.js" */

/**
 * @typedef {object} Watch
 * @property {(done: number) => void} [onProgress] told the share that is done, some times a second
 * @property {AbortSignal} [signal] rejects with an AbortError and frees the worker
 */

/**
 * @param {string} source text of a script that calls `serve` in a worker
 * @param {Payload} payload
 */
export function startWorker(source, payload) {
  return new Measurer(workerOf(source, payload));
}

/**
 * @param {string} source
 * @param {Payload} payload
 */
export function workerOf(source, payload) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  worker.postMessage({ id: 0, payload });
  return worker;
}

export class Measurer {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    this.last = 0;
    /** @type {unknown} why it answers no more */
    this.ended = null;
    /** @type {Map<number, {resolve: (result: any) => void, reject: (why: unknown) => void, watch: Watch}>} */
    this.waiting = new Map();
    worker.onmessage = (/** @type {MessageEvent<Reply>} */ { data }) => this.hear(data);
    worker.onerror = (event) => this.fail(new Error(event.message || "the worker could not be started"));
  }

  /**
   * How right the model is on all questions under these edits.
   * @param {{edits: Edit[], sources?: Record<string, Pairing>}} plan
   * @param {Watch} [watch]
   * @returns {Promise<Scores & {seconds: number}>}
   */
  recount({ edits, sources }, watch) {
    return this.measured({ ask: "recount", edits, sources }, watch);
  }

  /**
   * The mean of each site over all questions, in C order.
   * @param {string[]} sites
   * @param {Watch} [watch]
   * @returns {Promise<Record<string, Float64Array>>}
   */
  means(sites, watch) {
    return this.ask({ ask: "means", sites }, watch);
  }

  /**
   * The best affine map of each MLP.
   * @param {string[]} sites
   * @param {Watch} [watch]
   * @returns {Promise<Record<string, Linear>>}
   */
  maps(sites, watch) {
    return this.ask({ ask: "maps", sites }, watch);
  }

  /**
   * For every row the row that it is resampled from.
   * @param {number} seed
   * @returns {Promise<Int32Array>}
   */
  drawn(seed) {
    return this.ask({ ask: "drawn", seed });
  }

  /**
   * @param {Asked} asked
   * @param {Watch} [watch]
   * @returns {Promise<Followed & {seconds: number}>}
   */
  carries(asked, watch) {
    return this.measured({ ask: "carries", asked }, watch);
  }

  /**
   * @param {Way & {site: string}} asked
   * @param {Watch} [watch]
   * @returns {Promise<Readout & {seconds: number}>}
   */
  readout(asked, watch) {
    return this.measured({ ask: "readout", asked }, watch);
  }

  /**
   * @param {number} layer
   * @param {Watch} [watch]
   * @returns {Promise<Attention & {seconds: number}>}
   */
  attention(layer, watch) {
    return this.measured({ ask: "attention", layer }, watch);
  }

  /**
   * On how many questions a program and the model part.
   * @param {PlainProgram} program
   * @param {Watch} [watch]
   * @returns {Promise<Parting & {seconds: number}>}
   */
  parting(program, watch) {
    return this.measured({ ask: "parting", program }, watch);
  }

  /** Ends the worker; what is still asked for is rejected. */
  close() {
    this.worker.terminate();
    this.fail(new DOMException("the worker is closed", "AbortError"));
  }

  /**
   * With the seconds that it took.
   * @param {Question} question
   * @param {Watch} [watch]
   * @returns {Promise<any>}
   */
  async measured(question, watch) {
    const { result, seconds } = await this.asked(question, watch);
    return { ...result, seconds };
  }

  /**
   * @param {Question} question
   * @param {Watch} [watch]
   * @returns {Promise<any>}
   */
  async ask(question, watch) {
    return (await this.asked(question, watch)).result;
  }

  /**
   * @param {Question} question
   * @param {Watch} [watch]
   * @returns {Promise<{result: any, seconds: number}>}
   */
  asked(question, watch = {}) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      if (watch.signal?.aborted) return reject(aborted());
      if (this.ended !== null) return reject(this.ended);
      this.waiting.set(id, { resolve, reject, watch });
      this.worker.postMessage({ id, question });
      watch.signal?.addEventListener("abort", () => this.stop(id), { once: true });
    });
  }

  /** @param {number} id */
  stop(id) {
    const asked = this.waiting.get(id);
    if (asked === undefined) return;
    this.waiting.delete(id);
    this.worker.postMessage({ id, stop: true });
    asked.reject(aborted());
  }

  /** @param {Reply} reply */
  hear(reply) {
    const asked = this.waiting.get(reply.id);
    if (asked === undefined) return;
    if ("done" in reply) return asked.watch.onProgress?.(reply.done);
    this.waiting.delete(reply.id);
    if ("error" in reply) return asked.reject(new Error(reply.error));
    asked.resolve(reply);
  }

  /** @param {unknown} why */
  fail(why) {
    this.ended = why;
    for (const { reject } of this.waiting.values()) reject(why);
    this.waiting.clear();
  }
}

function aborted() {
  return new DOMException("this is no longer wanted", "AbortError");
}
