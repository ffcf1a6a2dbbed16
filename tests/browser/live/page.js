// What the tests' page adds to the model: its data, a worker that runs this very script, and numbers as text.
if (live.inWorker()) live.serve();
else {
  const finished = (job) => {
    for (;;) {
      const { done, value } = job.next();
      if (done) return value;
    }
  };
  const source = document.currentScript.textContent;
  const payload = JSON.parse(document.getElementById("data").textContent);
  globalThis.page = {
    payload,
    model: live.readModel(payload),
    domain: live.readDomain(payload),
    worker: live.startTeam(source, payload),
    recount: (edits, sources) => page.worker.recount({ edits: edits.map(live.editFromJson), sources }),
    sent: (array) => {
      const bytes = new Uint8Array(Float64Array.from(array).buffer);
      const pieces = [];
      for (let at = 0; at < bytes.length; at += 8192) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
      return btoa(pieces.join(""));
    },
    // Every value that a model has on these inputs under these plans, one after the other; last the logits again, as they
    // come out where nobody looks at anything else.
    everything: ({ spec, weights, tokens, worlds, reference, graded, plans }) => {
      const model = live.readModel({ spec, weights });
      const [own, others] = [tokens, reference].map(live.tokensOf);
      const read = ([name, { tokens, edits }]) => [
        name,
        { tokens: live.tokensOf(tokens), edits: edits.map(live.editFromJson) },
      ];
      const sources = Object.fromEntries(Object.entries(worlds).map(read));
      return plans.map(({ edits: plain, captures }) => {
        const edits = plain.map(live.editFromJson);
        const all = [...edits, ...Object.values(sources).flatMap((world) => world.edits)];
        const sitesOf = (kind) => all.filter((edit) => edit.kind === kind).map((edit) => edit.site);
        const context = {
          means: finished(live.means(model, others, sitesOf("mean"))),
          maps: finished(live.affineMaps(model, others, sitesOf("linearise"))),
          drawn: (seed) => live.takeRows(others, live.integers("resample", [seed], others.rows, own.rows)),
        };
        const options = { graded, sources, context, block: 16 };
        const trace = live.run(model, own, { edits, captures }, options);
        const alone = live.run(model, own, { edits }, { ...options, first: Math.min(...graded) });
        return [trace.logits, ...captures.map((site) => trace.captures[site].data), alone.logits].map(page.sent);
      });
    },
  };
}
