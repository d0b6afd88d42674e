// Times as the reader's clock shows them.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockSeconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const formats = {
  date: new Intl.DateTimeFormat(undefined, { year: "numeric", month: "long", day: "numeric" }),
  date_short: new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" }),
  date_long: new Intl.DateTimeFormat(undefined, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
};

export const hourMinute = (unix) => clock.format(new Date(unix * 1000));
export const hourMinuteSecond = (unix) => clockSeconds.format(new Date(unix * 1000));
export const whole = (unix) => full.format(new Date(unix * 1000));
export const iso = (unix) => new Date(unix * 1000).toISOString();

function dayNumber(date) {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** "Today", "Yesterday", "Tomorrow", or null. */
function near(unix) {
  const distance = dayNumber(new Date(unix * 1000)) - dayNumber(new Date());
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[distance] ?? null;
}

/** The heading above the messages of one day. */
export const day = (unix) => near(unix) ?? formats.date_long.format(new Date(unix * 1000));

/** How long ago or ahead, roughly. */
function ago(unix) {
  const seconds = unix - Date.now() / 1000;
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
    if (name === "date_num") {
      return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    }
    const plain = name.replace(/_pretty$/, "");
    if (!(plain in formats)) return token;
    const pretty = name === plain ? null : near(unix);
    return pretty ?? formats[plain].format(date);
  });
}
