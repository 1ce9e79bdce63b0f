// What is sent while somebody drags.

const SEND_EVERY_MS = 120;

/** `send`, at once and then at most every SEND_EVERY_MS, the last call never lost. */
export function paced(send) {
  let last = 0;
  let timer = null;
  return (...what) => {
    clearTimeout(timer);
    const wait = last + SEND_EVERY_MS - performance.now();
    const now = () => {
      last = performance.now();
      send(...what);
    };
    if (wait <= 0) now();
    else timer = setTimeout(now, wait);
  };
}
