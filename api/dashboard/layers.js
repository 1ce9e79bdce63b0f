// The scene's layers, topmost first: shown or not, how high, how opaque.

import { make, say, sync } from "./dom.js";
import { paced } from "./pace.js";

export class Layers {
  #list;
  #count;
  #change;

  /** `change` is called with a layer's id and what to change. It answers with a promise. */
  constructor(list, counter, change) {
    this.#list = list;
    this.#count = counter;
    this.#change = change;
  }

  /** Show `layers`; those that may not be changed are shown as such. */
  show(layers, { editable }) {
    const topFirst = layers
      .map((layer, index) => ({ layer, index }))
      .sort((a, b) => b.layer.zIndex - a.layer.zIndex || b.index - a.index)
      .map(({ layer }) => layer);
    say(this.#count, layers.length === 1 ? "1 layer" : `${layers.length} layers`);
    sync(
      this.#list,
      topFirst,
      (layer) => layer.id,
      (layer) => this.#row(layer),
      (row, layer) => update(row, layer, editable),
    );
  }

  #row({ id }) {
    const toggle = make("input", { type: "checkbox", className: "switch", role: "switch", "aria-label": `${id} visible` });
    const height = make("input", { type: "number", className: "height", step: 1, "aria-label": `${id} z-index` });
    const opacity = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": `${id} opacity, percent` });
    const percent = make("output", { className: "percent" });
    const row = make(
      "li",
      { className: "layer" },
      toggle,
      make("span", { className: "layer-name" }, make("b", { textContent: id }), make("small")),
      make("label", { className: "height-label" }, make("small", { textContent: "z" }), height),
      make("span", { className: "fader" }, opacity, percent),
    );
    row.parts = { toggle, height, opacity, percent, kind: row.querySelector(".layer-name small") };
    toggle.addEventListener("change", () => {
      row.classList.toggle("hidden-layer", !toggle.checked);
      this.#change(id, { visible: toggle.checked });
    });
    height.addEventListener("change", () => {
      if (height.value !== "") this.#change(id, { zIndex: Number(height.value) });
    });
    height.addEventListener("blur", () => {
      height.value = row.layer.zIndex; // what was refused or left empty does not stay
    });
    const send = paced(() => this.#change(id, { opacity: Number(opacity.value) / 100 }));
    opacity.addEventListener("input", () => {
      percent.value = `${opacity.value} %`;
      row.draggedUntil = performance.now() + 1500;
      send();
    });
    return row;
  }
}

function update(row, layer, editable) {
  const { toggle, height, opacity, percent, kind } = row.parts;
  row.layer = layer;
  toggle.checked = layer.visible;
  row.classList.toggle("hidden-layer", !layer.visible);
  if (document.activeElement !== height) height.value = layer.zIndex;
  if (!(row.draggedUntil > performance.now())) {
    opacity.value = Math.round(layer.opacity * 100);
    percent.value = `${opacity.value} %`;
  }
  say(kind, describe(layer));
  for (const control of [toggle, height, opacity]) control.disabled = !editable;
}

/** What a layer shows, or else its kind. */
function describe(layer) {
  const says = [layer.text, layer.asset, layer.shape].find((text) => typeof text === "string" && text) ?? layer.type;
  const text = says.replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
