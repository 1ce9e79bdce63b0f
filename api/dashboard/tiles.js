// The figures under the picture, some with a line of their last minute.

import { make, say } from "./dom.js";
import { bitrate, count, decimal, memory } from "./words.js";

const KEPT = 60;
const SVG = "http://www.w3.org/2000/svg";

const TILES = [
  { id: "fps", name: "Frame rate", line: true, show: (r) => [decimal(r.fps), "fps"], value: (r) => r.fps },
  { id: "latency", name: "Latency", line: true, show: (r) => [decimal(r.latencyMs), "ms"], value: (r) => r.latencyMs },
  { id: "bitrate", name: "Bitrate", line: true, show: (r) => bitrate(r.bitrateKbps), value: (r) => r.bitrateKbps },
  { id: "viewers", name: "Viewers", show: (_, live) => (live.viewers === undefined ? null : [count(live.viewers), ""]) },
  { id: "frames", name: "Frames", show: (r) => [count(r.emitted + 1), ""] },
  { id: "repeated", name: "Repeated", show: (r) => [count(sum(r.repeated)), share(r)], alarm: (r) => sum(r.repeated) > 0.02 * r.emitted },
  { id: "draw", name: "Draw · encode", show: (r) => [`${decimal(r.drawMs)} · ${decimal(r.encodeMs)}`, "ms"] },
  { id: "load", name: "Encoder load", show: (r) => [count(r.cpuPercent), `% · ${memory(r.memoryBytes).join(" ")}`] },
];

const sum = (counts) => Object.values(counts).reduce((total, number) => total + number, 0);

function share(report) {
  const percent = (100 * sum(report.repeated)) / Math.max(1, report.emitted + 1);
  return `${percent < 0.1 && percent > 0 ? "< 0.1" : decimal(percent)} %`;
}

export class Tiles {
  #views = new Map();
  #past = new Map();

  constructor(list) {
    for (const tile of TILES) {
      const value = make("span", { className: "value", id: `tile-${tile.id}` });
      const unit = make("span", { className: "unit" });
      const figure = make("dd", {}, value, unit);
      const view = { value, unit, box: make("div", { className: "tile" }, make("dt", { textContent: tile.name }), figure) };
      if (tile.line) view.box.append((view.line = sparkline()));
      this.#views.set(tile.id, view);
      list.append(view.box);
    }
  }

  /** Forget the past: another stream. */
  clear() {
    this.#past.clear();
    this.show(null, {});
  }

  /** Show a report; null shows dashes. `live` holds what the WebSocket told. */
  show(report, live) {
    for (const tile of TILES) {
      const view = this.#views.get(tile.id);
      const [value, unit] = (report && tile.show(report, live)) || ["–", ""];
      say(view.value, value);
      say(view.unit, unit);
      view.box.classList.toggle("alarm", Boolean(report && tile.alarm?.(report)));
      if (tile.line) this.#extend(tile, view, report);
    }
  }

  #extend(tile, view, report) {
    const past = this.#past.get(tile.id) ?? [];
    if (report) past.push(tile.value(report));
    if (past.length > KEPT) past.shift();
    this.#past.set(tile.id, past);
    const top = Math.max(...past, 1) * 1.15;
    const points = past.map((value, index) => `${(KEPT - past.length + index) * (100 / (KEPT - 1))},${28 - (26 * value) / top}`);
    view.line.firstChild.setAttribute("points", points.join(" "));
  }
}

function sparkline() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(line);
  return svg;
}
