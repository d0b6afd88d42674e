// How many messages of each channel a person has not seen, remembered in this browser.

import { memory } from "./dom.js";

export class Unread {
  constructor(changed) {
    this.changed = changed;
    this.become(null, []);
  }

  /** Somebody else sits down. */
  become(person, channels) {
    this.person = person;
    this.seen = memory.get(`seen.${person}`) ?? {};
    this.counts = new Map(channels.map(({ id }) => [id, 0]));
  }

  count(channel) {
    return this.counts.get(channel) ?? 0;
  }

  /** These messages of a channel are on screen. */
  read(channel, messages) {
    const newest = Math.max(this.seen[channel] ?? 0, ...messages.map(({ time }) => time));
    if (newest !== this.seen[channel]) {
      this.seen[channel] = newest;
      memory.set(`seen.${this.person}`, this.seen);
    }
    this.counts.set(channel, 0);
    this.changed();
  }

  /** A message came where the person does not look; a changed one is no news. */
  came(message) {
    if (!this.isNew(message)) return;
    this.latest ??= {};
    if (message.time <= (this.latest[message.channel] ?? 0)) return;
    this.latest[message.channel] = message.time;
    this.counts.set(message.channel, this.count(message.channel) + 1);
    this.changed();
  }

  isNew(message) {
    return message.user !== this.person && message.time > (this.seen[message.channel] ?? 0);
  }

  /** Count what came while this person was away. */
  async fill(app, channels) {
    const { person } = this;
    for (const { id } of channels) {
      if (id === app.here.channel) continue;
      const wanted = await app.reading("messages", { channel: id, as: person }, ({ messages }) => {
        if (person !== this.person) return false;
        if (id === app.here.channel) return true;
        this.latest = { ...this.latest, [id]: Math.max(0, ...messages.map(({ time }) => time)) };
        this.counts.set(id, messages.filter((message) => this.isNew(message)).length);
        return true;
      });
      if (!wanted) return;
    }
    this.changed();
  }
}
