// The HTTP API, as the page uses it.

/** What the API said no to, in its own words. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Api {
  constructor(token) {
    this.token = token;
  }

  /** Call one route; the answer's `data`. Throws ApiError. */
  async call(method, path, body) {
    const response = await this.#fetch(path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
    });
    const answer = await response.json().catch(() => null);
    if (response.ok && answer?.success) return answer.data;
    throw failure(response.status, answer);
  }

  /** The stream's picture as a Blob; null when there is none (yet). */
  async picture(stream, signal) {
    const response = await this.#fetch(`/streams/${encodeURIComponent(stream)}/preview.jpg`, { signal });
    if (response.ok) return response.blob();
    if (response.status === 404) return null;
    throw failure(response.status, await response.json().catch(() => null));
  }

  async #fetch(path, { headers = {}, ...options }) {
    try {
      return await fetch(path, {
        cache: "no-store",
        ...options,
        headers: { ...headers, Authorization: `Bearer ${this.token}` },
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, "UNREACHABLE", "The farm does not answer. Trying again.");
    }
  }
}

function failure(status, answer) {
  const code = answer?.error?.code ?? "UNKNOWN";
  return new ApiError(status, code, sentence(answer?.error?.message ?? `The farm answered with status ${status}`));
}

/** The API's words as a sentence; a field's name in front stays as it is written. */
function sentence(text) {
  const begun = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
