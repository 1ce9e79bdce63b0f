// States, numbers and events in words.

export const STATES = {
  idle: { text: "Off air", tone: "off" },
  waiting: { text: "Waiting for an encoder", tone: "warn" },
  starting: { text: "Starting", tone: "warn" },
  live: { text: "On air", tone: "air" },
  paused: { text: "Paused", tone: "warn" },
  stopping: { text: "Stopping", tone: "warn" },
  failed: { text: "Failed", tone: "bad" },
};

export const stateOf = (name) => STATES[name] ?? { text: name ?? "Unknown", tone: "off" };

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const count = (number) => whole.format(number);
export const decimal = (number) => tenth.format(number);

/** Kilobits a second. */
export const bitrate = (kbps) => (kbps >= 1000 ? [decimal(kbps / 1000), "Mbit/s"] : [count(kbps), "kbit/s"]);

/** Bytes. */
export const memory = (bytes) => [count(bytes / 1_000_000), "MB"];

/** Milliseconds as h:mm:ss. */
export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** What is said of these, once each, in one line. */
export const parts = (texts) => [...new Set(texts.filter(Boolean))].join(" · ");

const STEPS = {
  batch: "single frames",
  preview: "a smooth preview",
  layers: "optional layers",
  "fps/2": "every second picture",
  "fps/3": "two of three pictures",
  "size/1.5": "a third of its size",
  "size/2": "half of its size",
};
const SHOW_CHANGES = { preview: "on preview", take: "goes on program" };

/** An event's data in a few words. */
export function eventText({ type, data }) {
  switch (type) {
    case "stream:status":
      return parts([stateOf(data.state).text, data.reason, ...(data.health?.reasons ?? [])]);
    case "layer:update": {
      const changes = Object.entries(data.changes ?? {});
      const shown = changes.length <= 3 && data.action !== "added" ? changes.map(changeText).join(", ") : "";
      return [`${data.id} ${data.action ?? "changed"}`, shown].filter(Boolean).join(": ");
    }
    case "scene:update":
      return `revision ${data.revision} of the scene`;
    case "scene:applied":
      return `revision ${data.revision} shows from frame ${count(data.frame)} on`;
    case "show:update":
      return parts([data.scene ?? "the show", SHOW_CHANGES[data.action] ?? data.action]);
    case "scene:taken":
      return `${data.from} → ${data.scene}, ${data.transition} from frame ${count(data.frame)} on`;
    case "transition:complete":
      return `${data.scene} is alone from frame ${count(data.frame)} on`;
    case "data:applied":
      return `data ${data.snapshot} shows from frame ${count(data.frame)} on`;
    case "stream:degraded":
      return `does without ${STEPS[data.step] ?? data.step}: ${data.reason}`;
    case "stream:recovered":
      return `${STEPS[data.step] ?? data.step} again: ${data.reason}`;
    case "events:lost":
      return "some events are too old to be shown";
    case "error":
      return data.message;
    default: {
      const text = JSON.stringify(data);
      return text.length > 120 ? `${text.slice(0, 119)}…` : text;
    }
  }
}

function changeText([name, value]) {
  if (typeof value !== "object" || value === null) return `${name} ${String(value)}`;
  const inside = Object.entries(value);
  const flat = !Array.isArray(value) && inside.every(([, part]) => typeof part !== "object");
  return `${name} ${flat ? inside.map((part) => part.join(" ")).join(", ") : JSON.stringify(value)}`;
}
