// The emoji short codes that a bot is likely to use; any other stays as it was typed.

const TABLE = `
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ warning ⚠️
no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨 exclamation ❗ question ❓ grey_question ❔
information_source ℹ️ bulb 💡 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭
hourglass ⌛ hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ clock3 🕒 calendar 📆 date 📅
rocket 🚀 ship 🚢 package 📦 gear ⚙️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ construction 🚧 robot_face 🤖 robot 🤖
lock 🔒 unlock 🔓 key 🔑 shield 🛡️ eyes 👀 eye 👁️ mag 🔍 mag_right 🔎 link 🔗 paperclip 📎 pushpin 📌
memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋 page_facing_up 📄 bookmark 🔖 label 🏷️ books 📚 scroll 📜
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️
arrow_left ⬅️ arrows_counterclockwise 🔄 repeat 🔁 rewind ⏪ leftwards_arrow_with_hook ↩️ fast_forward ⏩ back 🔙
black_circle_for_record ⏺️ double_vertical_bar ⏸️ arrow_forward ▶️ black_square_for_stop ⏹️
red_circle 🔴 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫
large_orange_circle 🟠 tada 🎉 sparkles ✨ star ⭐ star2 🌟 fire 🔥 zap ⚡ boom 💥 bug 🐛 test_tube 🧪 microscope 🔬
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 clap 👏 raised_hands 🙌 pray 🙏 wave 👋 point_right 👉 point_down 👇
heart ❤️ smile 😄 slightly_smiling_face 🙂 thinking_face 🤔 cry 😢 zzz 💤 new 🆕 ok 🆗 100 💯 put_litter_in_its_place 🚮
wastebasket 🗑️ broom 🧹 earth_africa 🌍 house 🏠 busts_in_silhouette 👥 bust_in_silhouette 👤 scales ⚖️
`.trim().split(/\s+/);

const EMOJI = new Map();
for (let index = 0; index < TABLE.length; index += 2) EMOJI.set(TABLE[index], TABLE[index + 1]);

/** The character of a short code without its colons, or null. */
export const emoji = (name) => EMOJI.get(name) ?? null;

/** The text with every known `:short_code:` replaced. */
export function withEmoji(text) {
  return String(text).replace(/:([a-z0-9_+-]+):/g, (code, name) => EMOJI.get(name) ?? code);
}
