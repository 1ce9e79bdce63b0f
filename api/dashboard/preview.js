// The picture: about five a second, only while somebody can see it, never two requests at once.

const EVERY_MS = 200;
const WITHOUT_PICTURE_MS = 1000;

export class Preview {
  #api;
  #image;
  #seen;
  #running = null;
  #address = null;

  /** `seen` gets true when a picture is shown, false when there is none. */
  constructor(api, image, seen) {
    this.#api = api;
    this.#image = image;
    this.#seen = seen;
  }

  /** Show `stream` from now on; null shows nothing. */
  show(stream) {
    this.#running?.abort();
    this.#running = null;
    this.#forget();
    if (stream === null) return;
    this.#running = new AbortController();
    this.#loop(stream, this.#running.signal);
  }

  async #loop(stream, signal) {
    while (!signal.aborted) {
      const began = performance.now();
      const picture = document.hidden ? undefined : await this.#fetch(stream, signal);
      if (signal.aborted) return;
      if (picture) await this.#put(picture);
      else if (picture === null) this.#forget();
      const pause = picture ? EVERY_MS - (performance.now() - began) : WITHOUT_PICTURE_MS;
      await new Promise((resolve) => setTimeout(resolve, Math.max(20, pause)));
    }
  }

  async #fetch(stream, signal) {
    try {
      return await this.#api.picture(stream, signal);
    } catch {
      return null; // the page's other requests say what is wrong
    }
  }

  async #put(picture) {
    const old = this.#address;
    this.#address = URL.createObjectURL(picture);
    this.#image.src = this.#address;
    await this.#image.decode().catch(() => undefined);
    if (old) URL.revokeObjectURL(old);
    this.#image.hidden = false;
    this.#seen(true);
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.#image.hidden = true;
    this.#image.removeAttribute("src");
    this.#seen(false);
  }
}
