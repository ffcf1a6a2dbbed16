// The worker's side: one job at a time, in slices, so that it hears when it may stop.

import { readDomain } from "../data/domain.js";
import { Subject } from "../measures/subject.js";
import { readModel } from "../model/model.js";
import { jobOf } from "./jobs.js";

/** @import { DomainFacts, TaskFacts } from "../data/domain.js" */
/** @import { Spec } from "../model/spec.js" */
/** @import { Question } from "./jobs.js" */

/**
 * What a page holds.
 * @typedef {{spec: Spec, weights: string, task: TaskFacts, domain: DomainFacts}} Payload
 */

/**
 * @typedef {{id: number, payload: Payload} | {id: number, question: Question} | {id: number, stop: true}} Message
 * @typedef {{id: number, done: number} | {id: number, result: unknown, seconds: number}
 *   | {id: number, error: string}} Reply
 */

const SLICE = 30; // milliseconds between looks at the messages

/** Whether this script runs as a worker, which has no page. */
export function inWorker() {
  return typeof document === "undefined";
}

/** Answers messages from now on. */
export function serve() {
  /** @type {Set<number>} */
  const stopped = new Set();
  /** @type {Promise<Subject> | null} */
  let subject = null;
  /** @type {Promise<void>} */
  let last = Promise.resolve();
  const breathe = breather();

  /** @param {number} id @param {Question} question */
  const answer = async (id, question) => {
    if (stopped.delete(id)) return;
    const began = performance.now();
    try {
      if (subject === null) throw new Error("the worker has no model yet");
      const job = jobOf(await subject, question);
      let slice = performance.now();
      for (let step = job.next(); ; step = job.next()) {
        if (step.done) return reply({ id, result: step.value, seconds: (performance.now() - began) / 1000 });
        if (performance.now() - slice < SLICE) continue;
        reply({ id, done: step.value });
        await breathe();
        if (stopped.has(id)) return;
        slice = performance.now();
      }
    } catch (error) {
      reply({ id, error: error instanceof Error ? error.message : String(error) });
    } finally {
      stopped.delete(id);
    }
  };

  addEventListener("message", (/** @type {MessageEvent<Message>} */ { data }) => {
    if ("stop" in data) stopped.add(data.id);
    else if ("payload" in data) subject = subjectOf(data.payload);
    else last = last.then(() => answer(data.id, data.question));
  });
}

/** @param {Payload} payload */
async function subjectOf(payload) {
  return new Subject(readModel(payload), await readDomain(payload));
}

/** @param {Reply} message */
function reply(message) {
  /** @type {(message: Reply) => void} */ (postMessage)(message);
}

/** Lets waiting messages in: a timer would wait four milliseconds each time. */
function breather() {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
}
