// The part of the address after `#`: who is acting, where they are, which thread is open.

/** Read `#/U0ADA/C0DEPLOYS/1763700000.000100`; what is missing is null. */
export function place(hash) {
  let parts = [];
  try {
    parts = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    // not an address of ours
  }
  const [person, channel, thread] = parts;
  return { person: person || null, channel: channel || null, thread: thread || null };
}

/** The same, written. */
export function address({ person, channel, thread }) {
  return `#/${[person, channel, thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
}
