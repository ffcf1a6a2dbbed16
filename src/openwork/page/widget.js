// The live page in a frame of a notebook: the model's `question` and the page's are one.
export default {
  render({ model, el }) {
    const frame = document.createElement("iframe");
    frame.title = model.get("title");
    frame.style.cssText = "width:100%;height:52rem;border:1px solid #8886;border-radius:6px";
    frame.srcdoc = model.get("html");
    let heard = false;
    const send = () => frame.contentWindow?.postMessage({ openwork: { question: model.get("question") } }, "*");
    const hear = ({ source, data }) => {
      const question = source === frame.contentWindow ? data?.openwork?.question : undefined;
      if (!Array.isArray(question)) return;
      const first = !heard && model.get("question").length > 0;
      heard = true;
      if (first) return send(); // what the notebook has asked before the page was there
      model.set("question", question);
      model.save_changes();
    };
    addEventListener("message", hear);
    model.on("change:question", send);
    el.append(frame);
    return () => {
      removeEventListener("message", hear);
      model.off("change:question", send);
    };
  },
};
