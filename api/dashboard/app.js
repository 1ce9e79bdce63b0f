// The control room: signs in, watches the streams, and puts the parts together.

import { Api, ApiError } from "./api.js";
import { byId, notice, say } from "./dom.js";
import { Hand } from "./hand.js";
import { History } from "./history.js";
import { Layers } from "./layers.js";
import { Live } from "./live.js";
import { addEvent, showOutputs, showStreams } from "./panels.js";
import { Preview } from "./preview.js";
import { Scenes } from "./scenes.js";
import { Tiles } from "./tiles.js";
import { duration, parts, stateOf } from "./words.js";

const TOKEN = "framefarm-token";
const LOOK_MS = 1000;
const LAYERS_AFTER_MS = 60;
const EDITS = new Set(["layer:update", "scene:update", "show:update"]);

class Room {
  #api;
  #settings;
  #editable;
  #streams = [];
  #chosen = null;
  #live = null;
  #told = {};
  #layersTimer = null;
  #lookTimer = null;
  #failing = false;
  #preview;
  #hand;
  #tiles;
  #layers;
  #history;
  #scenes;

  constructor(api, settings, who) {
    this.#api = api;
    this.#settings = settings;
    this.#editable = who.scope !== "viewer";
    say(byId("who"), `${who.owner} · ${who.scope}`);
    byId("tiles").replaceChildren();
    this.#tiles = new Tiles(byId("tiles"));
    this.#preview = new Preview(api, byId("preview"), (seen) => byId("monitor").classList.toggle("dark", !seen));
    this.#hand = new Hand(byId("monitor"), byId("held"), {
      ask: ({ x, y }) => (this.#editable ? this.#hits(x, y) : null),
      place: (id, point, snap) => this.#edit("PUT", `layers/${encodeURIComponent(id)}/place?snap=${snap}`, point),
    });
    this.#layers = new Layers(byId("layers"), byId("layers-count"), (id, change) =>
      this.#edit("PATCH", `layers/${encodeURIComponent(id)}`, change).finally(() => this.#layersSoon()),
    );
    this.#history = new History(api, (step) =>
      this.#edit("POST", `scene/${step}`).finally(() => this.#layersSoon()),
    );
    this.#scenes = new Scenes(api, {
      preview: (scene) => this.#edit("PUT", "preview", { scene }).finally(() => this.#layersSoon()),
      take: (type) => this.#edit("POST", "take", { transition: { type } }).finally(() => this.#layersSoon()),
    });
    byId("start").onclick = () => this.#edit("POST", "start");
    byId("pause").onclick = () => this.#edit("POST", this.#stream()?.status.isPaused ? "resume" : "pause");
    byId("stop").onclick = () => this.#askToStop();
    byId("new-stream").hidden = byId("first-stream").hidden = !this.#editable;
    byId("new-stream").onclick = byId("first-stream").onclick = () => this.#makeStream();
    byId("sign-in").hidden = true;
    byId("room").hidden = false;
    this.#look();
  }

  close() {
    clearTimeout(this.#lookTimer);
    clearTimeout(this.#layersTimer);
    this.#live?.close();
    this.#preview.show(null);
    byId("room").hidden = true;
  }

  #stream = () => this.#streams.find((stream) => stream.id === this.#chosen);

  /** Look at the streams and at the chosen one's report, every second while the page is seen. */
  async #look() {
    if (!document.hidden) {
      try {
        await this.#refresh();
        this.#failing = false;
      } catch (error) {
        this.#complain(error, { once: true });
      }
    }
    this.#lookTimer = setTimeout(() => this.#look(), LOOK_MS);
  }

  async #refresh() {
    const { streams } = await this.#api.call("GET", "/streams");
    this.#streams = streams;
    byId("desk").hidden = streams.length === 0;
    byId("empty").hidden = streams.length > 0;
    if (streams.length > 0 && !this.#stream()) this.#choose(first(streams));
    const stream = this.#stream();
    if (!stream) return;
    const report = stream.status.isLive ? await this.#report(stream.id) : null;
    if (stream.id !== this.#chosen) return;
    showStreams(this.#streams, this.#chosen, (id) => this.#choose(id));
    this.#showStream(stream);
    this.#tiles.show(report, this.#told);
    showOutputs(stream.outputs, report);
  }

  async #report(id) {
    try {
      return await this.#api.call("GET", `/streams/${encodeURIComponent(id)}/report`);
    } catch (error) {
      if (error.status === 404) return null; // it has not reported yet
      throw error;
    }
  }

  async #hits(x, y) {
    try {
      const path = `/streams/${encodeURIComponent(this.#chosen)}/scene/hit?x=${x}&y=${y}`;
      return (await this.#api.call("GET", path)).hits;
    } catch (error) {
      this.#complain(error);
      return null;
    }
  }

  #choose(id) {
    if (id === this.#chosen) return;
    this.#chosen = id;
    this.#hand.release();
    this.#told = {};
    this.#live?.close();
    this.#tiles.clear();
    byId("events").replaceChildren();
    byId("layers").replaceChildren();
    byId("history").replaceChildren();
    byId("scenes").hidden = true;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const host = `${scheme}://${location.hostname}:${this.#settings.wsPort}`;
    const url = `${host}/streams/${encodeURIComponent(id)}/events`;
    this.#live = new Live(url, this.#api.token, (message) => this.#hear(message), linked);
    this.#preview.show(id);
    this.#layersSoon();
    showStreams(this.#streams, id, (other) => this.#choose(other));
    this.#showStream(this.#stream());
    showOutputs(this.#stream().outputs, null);
  }

  #hear(message) {
    if (message.stream !== this.#chosen || message.type === "metrics:update") return;
    if (message.type === "stream:status") {
      if (message.data.viewers !== undefined) this.#told = message.data;
      const stream = this.#stream();
      if (stream && message.data.state) {
        Object.assign(stream.status, { state: message.data.state, reason: message.data.reason });
        Object.assign(stream.status, { isLive: message.data.isLive, isPaused: message.data.isPaused });
        this.#showStream(stream);
      }
    }
    if (EDITS.has(message.type)) this.#layersSoon();
    addEvent(message);
  }

  #showStream({ name, status, config }) {
    const state = stateOf(status.state);
    const [width, height] = config.STREAM_RESOLUTION.split("x");
    say(byId("stream-name"), name);
    say(byId("tally"), state.text);
    byId("desk").dataset.tone = state.tone;
    byId("desk").dataset.health = this.#told.health?.level ?? "offline";
    say(byId("on-air-for"), status.isLive && status.startTime ? duration(Date.now() - status.startTime) : "");
    say(byId("picture-format"), `${width} × ${height} · ${config.TARGET_FPS} fps · ${config.STREAM_BITRATE}`);
    say(byId("reason"), parts([status.reason, ...(this.#told.health?.reasons ?? [])]));
    say(byId("preview-note"), status.isLive ? "Waiting for a picture" : state.text);
    byId("monitor").style.aspectRatio = `${width} / ${height}`;
    this.#hand.over({ width: Number(width), height: Number(height) });
    byId("preview").alt = `What ${name} shows now`;
    say(byId("pause"), status.isPaused ? "Resume" : "Pause");
    const running = status.desired !== "stopped";
    byId("start").disabled = !this.#editable || (running && status.state !== "failed");
    byId("pause").disabled = !this.#editable || !status.isLive;
    byId("stop").disabled = !this.#editable || !running;
  }

  /** Layers change in bursts; ask once behind each. */
  #layersSoon() {
    clearTimeout(this.#layersTimer);
    this.#layersTimer = setTimeout(() => this.#showLayers(), LAYERS_AFTER_MS);
  }

  async #showLayers() {
    const id = this.#chosen;
    try {
      const [{ layers }, past, show] = await Promise.all([
        this.#api.call("GET", `/streams/${encodeURIComponent(id)}/layers`),
        this.#history.read(id),
        this.#scenes.read(id),
      ]);
      if (id !== this.#chosen) return;
      this.#layers.show(layers, { editable: this.#editable });
      this.#history.show(past, { editable: this.#editable });
      this.#scenes.show(show, { editable: this.#editable });
    } catch (error) {
      this.#complain(error);
    }
  }

  async #edit(method, what, body) {
    try {
      await this.#api.call(method, `/streams/${encodeURIComponent(this.#chosen)}/${what}`, body);
      if (method === "POST") await this.#refresh();
    } catch (error) {
      this.#complain(error);
    }
  }

  #askToStop() {
    const dialog = byId("confirm-stop");
    say(byId("confirm-title"), `Take ${this.#stream()?.name ?? "the stream"} off the air?`);
    dialog.returnValue = "keep";
    dialog.onclose = () => {
      if (dialog.returnValue === "stop") this.#edit("POST", "stop");
    };
    dialog.showModal();
  }

  async #makeStream() {
    try {
      const { id } = await this.#api.call("POST", "/streams", {});
      await this.#refresh();
      this.#choose(id);
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error, { once = false } = {}) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) {
      signOut("This token is not known any more. Sign in again.");
    } else if (!once || !this.#failing) {
      this.#failing = once || this.#failing;
      notice(error.message);
    }
  }
}

const first = (streams) => (streams.find((stream) => stream.status.isLive) ?? streams[0]).id;

const LINKS = {
  connecting: "Connecting",
  connected: "Live events",
  waiting: "Events: reconnecting",
  refused: "Events: refused",
};

function linked(state) {
  byId("link").dataset.state = state;
  say(byId("link"), LINKS[state]);
}

let room = null;

async function signIn(token) {
  const api = new Api(token);
  const who = await api.call("GET", "/tokens/me");
  const settings = await api.call("GET", "/dashboard/settings.json");
  sessionStorage.setItem(TOKEN, token);
  room = new Room(api, settings, who);
}

function signOut(reason = "") {
  sessionStorage.removeItem(TOKEN);
  room?.close();
  room = null;
  say(byId("sign-in-error"), reason);
  byId("sign-in").hidden = false;
  byId("token").value = "";
  byId("token").focus();
}

/** A token in the address bar is taken once and removed, so that it stays in no history or bookmark. */
function tokenOfAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

async function trySignIn(token) {
  try {
    await signIn(token);
  } catch (error) {
    signOut(error.status === 401 ? "This token is not known, or it was revoked." : error.message);
  }
}

byId("sign-out").addEventListener("click", () => signOut());
byId("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  trySignIn(byId("token").value.trim());
});

const known = tokenOfAddress() ?? sessionStorage.getItem(TOKEN);
if (known) trySignIn(known);
else signOut();
