// Times as the reader's clock shows them.

let zone;
let clock, clockSeconds, full, formats, numbers, moment, minutes;
let ahead = 0;

/** From now on times are shown as they are in this IANA zone: that of the person who is acting. */
export function setZone(name) {
  zone = name;
  const format = (options) => new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone });
  clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  clockSeconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  full = format({ dateStyle: "full", timeStyle: "medium" });
  moment = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats = {
    date: format({ year: "numeric", month: "long", day: "numeric" }),
    date_short: format({ year: "numeric", month: "short", day: "numeric" }),
    date_long: format({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  };
  minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  numbers = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
}

setZone(undefined);

/** The server's clock can be ahead of this machine's. */
export function setNow(unix) {
  ahead = unix - Date.now() / 1000;
}

export const now = () => Date.now() / 1000 + ahead;

/** The present moment in words, and where that is: "Sat, Nov 21, 14:05 Madrid". */
export const present = () => [moment.format(new Date(now() * 1000)), zone?.split("/").at(-1).replaceAll("_", " ")].filter(Boolean).join(" ");

export const hourMinute = (unix) => clock.format(new Date(unix * 1000));
export const hourMinuteSecond = (unix) => clockSeconds.format(new Date(unix * 1000));
export const whole = (unix) => full.format(new Date(unix * 1000));
export const iso = (unix) => new Date(unix * 1000).toISOString();

/** An instant as an input of date and time holds it, and back (null for none): "2026-12-01T09:00". */
export const wallTime = (unix) => `${dateNumber(unix)}T${minutes.format(new Date(unix * 1000))}`;

export function instant(wall) {
  const wanted = Date.parse(`${wall}Z`) / 1000;
  if (Number.isNaN(wanted)) return null;
  const shown = (unix) => Date.parse(`${wallTime(unix)}Z`) / 1000;
  const close = wanted + wanted - shown(wanted);
  return close + wanted - shown(close);
}

const dateNumber = (unix) => numbers.format(new Date(unix * 1000));
const dayNumber = (unix) => Math.round(Date.parse(dateNumber(unix)) / 86_400_000);

/** "Today", "Yesterday", "Tomorrow", or null. */
function near(unix) {
  const distance = dayNumber(unix) - dayNumber(now());
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[distance] ?? null;
}

/** The heading above the messages of one day. */
export const day = (unix) => near(unix) ?? formats.date_long.format(new Date(unix * 1000));

/** How long ago or ahead, roughly. */
function ago(unix) {
  const seconds = unix - now();
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return relative.format(Math.round(seconds), "second");
}

/** Slack's date tokens ({date}, {time}, …) filled in; null when the time makes no sense. */
export function dateTokens(unix, format) {
  const date = new Date(unix * 1000);
  if (!format || Number.isNaN(date.getTime())) return null;
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "time") return hourMinute(unix);
    if (name === "time_secs") return hourMinuteSecond(unix);
    if (name === "ago") return ago(unix);
    if (name === "date_num") return dateNumber(unix);
    const plain = name.replace(/_pretty$/, "");
    if (!(plain in formats)) return token;
    const pretty = name === plain ? null : near(unix);
    return pretty ?? formats[plain].format(date);
  });
}
