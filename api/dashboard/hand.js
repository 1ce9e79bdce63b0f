// A hand on the picture: points at a layer, and drags it. Arrow keys move what was pointed at.

import { say } from "./dom.js";
import { paced } from "./pace.js";

const DRAG_FROM_PX = 4;
const SVG = "http://www.w3.org/2000/svg";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAST = 10;

export class Hand {
  #monitor;
  #ask;
  #place;
  #canvas = { width: 1, height: 1 };
  #held = null;
  #down = null;
  #outline;
  #label;

  /**
   * `ask` gets a point in canvas px and answers with the layers that lie there, topmost first; `place` gets a
   * layer's id, the canvas px of its anchor, and whether it snaps to the grid.
   */
  constructor(monitor, label, { ask, place }) {
    this.#monitor = monitor;
    this.#label = label;
    this.#ask = ask;
    this.#place = place;
    this.#outline = outlineIn(monitor);
    monitor.onpointerdown = (event) => this.#grab(event);
    monitor.onpointermove = (event) => this.#drag(event);
    monitor.onpointerup = monitor.onpointercancel = () => (this.#down = null);
    monitor.onkeydown = (event) => this.#nudge(event);
  }

  /** The picture has `width` x `height` px. */
  over({ width, height }) {
    if (width === this.#canvas.width && height === this.#canvas.height) return;
    this.#canvas = { width, height };
    this.#outline.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.release();
  }

  /** Hold nothing any more. */
  release() {
    this.#down = null;
    this.#hold(null);
  }

  async #grab(event) {
    if (event.button !== 0 || this.#monitor.classList.contains("dark")) return;
    this.#monitor.setPointerCapture(event.pointerId);
    const from = this.#at(event);
    const down = { from, to: from, moved: false };
    this.#down = down;
    const hits = await this.#ask(from);
    // Not the ground that fills the picture: it is what one points at beside all layers.
    const hit = hits?.find((found) => !this.#fills(found)) ?? null;
    const goesOn = this.#down === down;
    if (this.#down && !goesOn) return; // somebody was faster
    this.#hold(hit);
    if (hit && down.moved) this.#move(down, goesOn);
  }

  #drag(event) {
    const down = this.#down;
    if (!down) return;
    down.to = this.#at(event);
    down.snap = !event.altKey;
    down.moved ||= Math.hypot(down.to.x - down.from.x, down.to.y - down.from.y) >= this.#px(DRAG_FROM_PX);
    if (this.#held && down.moved) this.#move(down);
  }

  #move({ from, to, snap = true }) {
    const { anchor } = this.#held.began;
    this.#go({ x: anchor.x + to.x - from.x, y: anchor.y + to.y - from.y }, snap);
  }

  #nudge(event) {
    if (event.key === "Escape") this.release();
    const arrow = ARROWS[event.key];
    if (!arrow || !this.#held) return;
    event.preventDefault();
    const step = event.shiftKey ? FAST : 1;
    const { anchor } = this.#held.now;
    this.#go({ x: anchor.x + arrow[0] * step, y: anchor.y + arrow[1] * step }, false);
  }

  /** Show the held layer with its anchor at the pixel next to `x`, `y`, and tell the farm. */
  #go({ x, y }, snap) {
    const anchor = { x: Math.round(x), y: Math.round(y) };
    const { began, send } = this.#held;
    const by = { x: anchor.x - began.anchor.x, y: anchor.y - began.anchor.y };
    const corners = began.corners.map((corner) => ({ x: corner.x + by.x, y: corner.y + by.y }));
    this.#held.now = { ...began, anchor, corners };
    this.#draw();
    send(anchor, snap);
  }

  #hold(hit) {
    this.#held = hit && { began: hit, now: hit, send: paced((anchor, snap) => this.#place(hit.id, anchor, snap)) };
    say(this.#label, hit ? hit.id : "");
    this.#draw();
  }

  #draw() {
    const corners = this.#held?.now.corners ?? [];
    this.#outline.firstChild.setAttribute("points", corners.map(({ x, y }) => `${x},${y}`).join(" "));
  }

  /** Canvas px of a pointer: the picture lies in the middle of the monitor, in its own proportions. */
  #at({ clientX, clientY }) {
    const box = this.#monitor.getBoundingClientRect();
    const { width, height } = this.#canvas;
    return {
      x: width / 2 + this.#px(clientX - box.left - box.width / 2),
      y: height / 2 + this.#px(clientY - box.top - box.height / 2),
    };
  }

  /** A length on the page in canvas px. */
  #px(length) {
    const box = this.#monitor.getBoundingClientRect();
    return length / Math.min(box.width / this.#canvas.width, box.height / this.#canvas.height);
  }

  #fills({ corners }) {
    const xs = corners.map(({ x }) => x);
    const ys = corners.map(({ y }) => y);
    return (
      Math.min(...xs) <= 0 && Math.min(...ys) <= 0 && Math.max(...xs) >= this.#canvas.width && Math.max(...ys) >= this.#canvas.height
    );
  }
}

function outlineIn(monitor) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "held");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "polygon"));
  monitor.append(svg);
  return svg;
}
