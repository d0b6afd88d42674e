// The server: JSON requests and the stream of events.

/** What the server refused, in words for the person. */
export class PlaygroundError extends Error {}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "omit", cache: "no-store", ...options });
  } catch {
    throw new PlaygroundError("The playground isn't answering. Is it still running?");
  }
  let body = null;
  try {
    body = await response.json();
  } catch {
    if (response.ok) throw new PlaygroundError(`The playground's answer to ${path} is not JSON.`);
  }
  if (!response.ok) throw new PlaygroundError(body?.error || `The playground answered ${response.status}.`);
  return body;
}

/** Read something: `get("messages", {channel, as})`. */
export function get(name, parameters = {}) {
  const known = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined);
  return request(`/playground/${name}?${new URLSearchParams(known)}`);
}

/** Do something: `post("say", {as, channel, text})`. What fits is sent even if the page is left at this moment. */
export function post(name, values) {
  const body = JSON.stringify(values);
  return request(`/playground/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    keepalive: body.length < OUTLIVES,
    body,
  });
}

/** Characters: the browser lets 64 KiB in all outlive a page. */
const OUTLIVES = 8_000;

const EVENTS = ["message", "deleted", "modal", "home", "log", "bot", "notice", "clock"];
const SLOWEST = 5_000;

/**
 * Listen to the events of one person; `on.event(name, data)` for each, `on.open()` before the first one after every
 * (re)connection: from there on nothing is missed. `on.lost()` when the connection breaks. Returns what ends it.
 */
export function listen(person, on) {
  let source = null;
  let timer = null;
  let wait = 250;
  let ended = false;

  function connect() {
    source = new EventSource(`/playground/events?${new URLSearchParams({ as: person })}`);
    let open = false;
    source.onerror = () => {
      if (ended) return;
      on.lost();
      source.close();
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, SLOWEST);
    };
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (ended) return;
        if (!open) {
          open = true;
          wait = 250;
          on.open();
        }
        on.event(name, JSON.parse(event.data));
      });
    }
  }

  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
