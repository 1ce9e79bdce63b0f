// The stream's scenes: which is on program, which on preview, and the way from the one to the other.

import { byId, make, say, sync } from "./dom.js";

export class Scenes {
  #api;
  #preview;

  /** `preview` is called with a scene's name, `take` with a kind of transition. */
  constructor(api, { preview, take }) {
    this.#api = api;
    this.#preview = preview;
    byId("take").onclick = () => take(byId("transition").value);
  }

  /** What `show` needs to know of a stream. Throws ApiError. */
  read(stream) {
    return this.#api.call("GET", `/streams/${encodeURIComponent(stream)}/scenes`);
  }

  /** Show what was read. One scene alone needs no desk; who may not edit can change nothing. */
  show({ scenes, preview }, { editable }) {
    byId("scenes").hidden = scenes.length < 2;
    byId("take").disabled = byId("transition").disabled = !editable || preview === null;
    sync(
      byId("scene-list"),
      scenes,
      (scene) => scene.name,
      ({ name }) => {
        const button = make(
          "button",
          { type: "button", className: "scene" },
          make("b", { textContent: name }),
          make("small"),
        );
        button.addEventListener("click", () => this.#preview(name));
        return make("li", {}, button);
      },
      (item, scene) => {
        const [button] = item.children;
        const place = scene.onProgram ? "program" : scene.onPreview ? "preview" : "";
        button.dataset.place = place;
        button.disabled = !editable || scene.onProgram;
        button.setAttribute("aria-pressed", String(scene.onPreview));
        say(button.querySelector("small"), place || (scene.layers === 1 ? "1 layer" : `${scene.layers} layers`));
      },
    );
  }
}
