// The WebSocket: events of one stream, with reconnection from the last event seen.

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 10_000;
const UNAUTHORIZED = 4401;
const NOT_FOUND = 4404;

export class Live {
  #url;
  #token;
  #hear;
  #linked;
  #socket = null;
  #retry = null;
  #delay = FIRST_RETRY_MS;
  #after = null;

  /** `hear` gets every message, `linked` gets "connecting", "connected", "waiting" or "refused". */
  constructor(url, token, hear, linked) {
    this.#url = url;
    this.#token = token;
    this.#hear = hear;
    this.#linked = linked;
    this.#connect();
  }

  close() {
    clearTimeout(this.#retry);
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.onmessage = null;
      this.#socket.close();
    }
  }

  #connect() {
    this.#linked("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      const resume = this.#after ? { after: this.#after } : {};
      socket.send(JSON.stringify({ type: "auth", token: this.#token, ...resume }));
    };
    socket.onmessage = ({ data }) => {
      this.#delay = FIRST_RETRY_MS;
      this.#linked("connected");
      const message = JSON.parse(data);
      if (message.id) this.#after = message.id;
      this.#hear(message);
    };
    socket.onclose = ({ code }) => {
      if (code === UNAUTHORIZED || code === NOT_FOUND) {
        this.#linked("refused");
        return;
      }
      this.#linked("waiting");
      this.#retry = setTimeout(() => this.#connect(), this.#delay * (0.75 + Math.random() / 2));
      this.#delay = Math.min(LONGEST_RETRY_MS, this.#delay * 2);
    };
  }
}
