// A scene's past: the last edits, and the way back and forth through them.

import { byId, make, say, sync } from "./dom.js";

const SHOWN = 30;
const STEPS = ["undo", "redo"];

export class History {
  #api;

  /** `step` is called with "undo" or "redo". It answers with a promise. */
  constructor(api, step) {
    this.#api = api;
    for (const name of STEPS) byId(name).onclick = () => step(name);
  }

  /** What `show` needs to know of a stream. Throws ApiError. */
  read(stream) {
    return this.#api.call("GET", `/streams/${encodeURIComponent(stream)}/scene/history?limit=${SHOWN}`);
  }

  /** Show what was read; who may not edit is offered no step. */
  show(past, { editable }) {
    for (const name of STEPS) {
      byId(name).disabled = !editable || past[name] === null;
      byId(name).hidden = !editable;
    }
    sync(
      byId("history"),
      past.revisions,
      (entry) => entry.revision,
      (entry) => {
        const at = new Date(entry.createdAt);
        const time = make("time", { dateTime: at.toISOString(), textContent: at.toLocaleTimeString("en-GB") });
        const text = make("span", {}, make("b", { textContent: entry.summary }), make("small", { textContent: entry.author }));
        return make("li", { className: "revision" }, make("i", { textContent: entry.revision }), text, time);
      },
      () => {},
    );
    say(byId("history-count"), past.revision === 1 ? "1 revision" : `${past.revision} revisions`);
  }
}
