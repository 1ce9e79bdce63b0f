// Streams, outputs and events.

import { byId, make, say, sync } from "./dom.js";
import { count, eventText, stateOf } from "./words.js";

const KEPT_EVENTS = 200;

/** The list of streams; `choose` is called with the id of the one that is clicked. */
export function showStreams(streams, chosen, choose) {
  sync(
    byId("streams"),
    streams,
    (stream) => stream.id,
    (stream) => {
      const button = make(
        "button",
        { type: "button", className: "stream" },
        make("i", { className: "lamp" }),
        make("span", { className: "stream-text" }, make("b"), make("small")),
      );
      button.addEventListener("click", () => choose(stream.id));
      return make("li", {}, button);
    },
    (row, stream) => {
      const button = row.firstChild;
      const state = stateOf(stream.status.state);
      button.dataset.tone = state.tone;
      if (stream.id === chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      say(button.querySelector("b"), stream.name);
      const rate = stream.status.isLive ? ` · ${Math.round(stream.status.fps)} fps` : "";
      say(button.querySelector("small"), state.text + rate);
    },
  );
}

const OUTPUT_TONES = { connected: "good", connecting: "warn", waiting: "warn", closed: "off" };

/** The outputs as ordered, each with what the encoder process reports of it. */
export function showOutputs(outputs, report) {
  const reported = new Map((report?.outputs ?? []).map((output) => [output.id, output]));
  sync(
    byId("outputs"),
    outputs,
    (output) => output.id,
    () =>
      make(
        "li",
        { className: "output" },
        make("i", { className: "lamp" }),
        make("span", { className: "output-text" }, make("b"), make("small")),
        make("span", { className: "output-state" }),
      ),
    (row, output) => {
      const now = reported.get(output.id);
      row.dataset.tone = now ? (OUTPUT_TONES[now.state] ?? "off") : "off";
      say(row.querySelector("b"), output.url);
      say(row.querySelector("small"), outputDetails(now));
      say(row.querySelector(".output-state"), now ? now.state : "off");
    },
  );
}

function outputDetails(report) {
  if (!report) return "not sending";
  const parts = [`${count(report.sentBytes / 1_000_000)} MB sent`];
  if (report.connects > 1) parts.push(`connected ${report.connects} times`);
  if (report.droppedPackets) parts.push(`${count(report.droppedPackets)} packets dropped`);
  if (report.error) parts.push(report.error);
  return parts.join(" · ");
}

/** Add one message of the WebSocket to the log, newest first. */
export function addEvent(message) {
  const list = byId("events");
  const time = make("time", { dateTime: message.at, textContent: clockTime(message.at) });
  const name = make("b", { textContent: message.type });
  list.prepend(make("li", { className: "event" }, time, name, make("span", { textContent: eventText(message) })));
  while (list.children.length > KEPT_EVENTS) list.lastChild.remove();
}

const clockTime = (at) => new Date(at).toLocaleTimeString("en-GB");
