// Block elements: buttons, selects and inputs. Each gives {node, control}; `control` is what a label points to.

import { combobox } from "./combobox.js";
import { freshId, h } from "./dom.js";
import { plainText, safeUrl, textNodes } from "./mrkdwn.js";
import { instant, wallTime } from "./time.js";

const DRAWN = {
  button,
  static_select: staticSelect,
  external_select: externalSelect,
  users_select: usersSelect,
  overflow,
  radio_buttons: (...args) => choices("radio", ...args),
  checkboxes: (...args) => choices("checkbox", ...args),
  plain_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  datepicker: dateInput,
  timepicker: dateInput,
  datetimepicker: momentInput,
  image,
};

/** Draw an element; null when its type is not drawn here. `labelled`: a label or legend names it already. */
export function drawElement(element, block, surface, labelled = false) {
  const draw = Object.hasOwn(DRAWN, element?.type) ? DRAWN[element.type] : null;
  return draw ? draw(element, block, surface, labelled) : null;
}

function button(element, block, surface) {
  const classes = ["button", ["primary", "danger"].includes(element.style) ? element.style : ""].join(" ").trim();
  const url = element.url && safeUrl(element.url);
  const click = (event) => {
    const control = event.currentTarget;
    if (control.getAttribute("aria-busy") === "true") event.preventDefault();
    else surface.act(block, element, element.value === undefined ? {} : { value: element.value }, control);
  };
  const shared = { class: classes, "aria-description": element.accessibility_label, "data-action": `${block.block_id}/${element.action_id}`, onclick: click };
  const node = url
    ? h("a", { ...shared, href: url, target: "_blank", rel: "noopener noreferrer" }, plainText(element.text))
    : h("button", { ...shared, type: "button" }, plainText(element.text));
  return { node, control: node };
}

const same = (option, value) => option?.value === value;

function optionNode(option) {
  const node = h("option", {}, plainText(option.text));
  node.value = option.value;
  return node;
}

function staticSelect(element, block, surface, labelled) {
  const groups = element.option_groups ?? [];
  const all = [...(element.options ?? []), ...groups.flatMap((group) => group.options ?? [])];
  const kept = surface.kept(block, element);
  const first = kept ? kept.selected_option : element.initial_option;
  const placeholder = plainText(element.placeholder) || "Choose an option";
  const empty = h("option", {}, placeholder);
  empty.value = "";
  const control = h(
    "select",
    {
      "aria-label": labelled ? null : placeholder,
      "data-action": `${block.block_id}/${element.action_id}`,
      onchange: async () => {
        const option = all[control.selectedIndex - 1] ?? null;
        await surface.chosen(block, element, { selected_option: option }, control, draw);
      },
    },
    empty,
    (element.options ?? []).map(optionNode),
    groups.map((group) => {
      const node = h("optgroup", {}, (group.options ?? []).map(optionNode));
      node.label = plainText(group.label);
      return node;
    }),
  );
  const indexOf = (chosen) => all.findIndex((option) => same(option, chosen?.value));
  const draw = ({ selected_option: chosen }) => (control.selectedIndex = indexOf(chosen) + 1);
  draw({ selected_option: first });
  surface.set(block, element, { selected_option: all[indexOf(first)] ?? null });
  return { node: control, control, isEmpty: () => control.selectedIndex <= 0 };
}

function externalSelect(element, block, surface, labelled) {
  const kept = surface.kept(block, element);
  let current = (kept ? kept.selected_option : element.initial_option) ?? null;
  surface.set(block, element, { selected_option: current });
  const box = combobox({
    placeholder: plainText(element.placeholder) || "Search",
    initial: current,
    shortest: element.min_query_length ?? 3,
    labelled,
    search: (query) => surface.options(block, element, query),
    choose: (option) => {
      current = option;
      if (option || block.type === "input") surface.chosen(block, element, { selected_option: option }, box.input, draw);
    },
  });
  const draw = ({ selected_option: chosen }) => {
    current = chosen;
    box.show(chosen);
  };
  box.input.dataset.action = `${block.block_id}/${element.action_id}`;
  return { node: box.node, control: box.input, isEmpty: () => current === null };
}

function usersSelect(element, block, surface, labelled) {
  const people = surface.lookup.people();
  const kept = surface.kept(block, element);
  const first = kept ? kept.selected_user : element.initial_user;
  const placeholder = plainText(element.placeholder) || "Choose a person";
  const empty = h("option", {}, placeholder);
  empty.value = "";
  const chosen = () => ({ selected_user: people[control.selectedIndex - 1]?.id ?? null });
  const control = h(
    "select",
    {
      "aria-label": labelled ? null : placeholder,
      "data-action": `${block.block_id}/${element.action_id}`,
      onchange: () => surface.chosen(block, element, chosen(), control, draw),
    },
    empty,
    people.map(({ id, name }) => {
      const node = h("option", {}, name);
      node.value = id;
      return node;
    }),
  );
  const draw = ({ selected_user: user }) => (control.selectedIndex = people.findIndex(({ id }) => id === user) + 1);
  draw({ selected_user: first });
  surface.set(block, element, chosen());
  return { node: control, control, isEmpty: () => control.selectedIndex <= 0 };
}

function overflow(element, block, surface) {
  const first = h("option", {}, "More…");
  const control = h(
    "select",
    {
      class: "overflow",
      "aria-label": "More actions",
      onchange: async () => {
        const option = element.options[control.selectedIndex - 1];
        control.selectedIndex = 0;
        if (!option) return;
        if (option.url && safeUrl(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
        await surface.act(block, element, { selected_option: option }, control);
      },
    },
    first,
    (element.options ?? []).map(optionNode),
  );
  return { node: control, control };
}

function choices(kind, element, block, surface) {
  const name = freshId("choice");
  const single = kind === "radio";
  const kept = surface.kept(block, element);
  const first = single
    ? [(kept ? kept.selected_option : element.initial_option)?.value]
    : ((kept ? kept.selected_options : element.initial_options) ?? []).map((option) => option.value);
  const inputs = [];
  const chosen = () => element.options.filter((_, index) => inputs[index].checked);
  const value = () => (single ? { selected_option: chosen()[0] ?? null } : { selected_options: chosen() });
  const draw = ({ selected_option, selected_options }) => {
    const wanted = (single ? [selected_option] : selected_options).map((option) => option?.value);
    for (const [index, input] of inputs.entries()) input.checked = wanted.includes(element.options[index].value);
  };
  const node = h(
    "div",
    { class: "choices" },
    element.options.map((option) => {
      const id = freshId("option");
      const input = h("input", {
        type: kind,
        id,
        name,
        "aria-describedby": option.description ? `${id}-more` : null,
        onchange: (event) => surface.chosen(block, element, value(), event.currentTarget, draw),
      });
      input.checked = first.includes(option.value);
      inputs.push(input);
      return h(
        "div",
        { class: "choice" },
        input,
        h("label", { for: id }, textNodes(option.text, surface.lookup)),
        option.description && h("small", { id: `${id}-more` }, textNodes(option.description, surface.lookup)),
      );
    }),
  );
  surface.set(block, element, value());
  return { node, control: inputs[0], group: true, isEmpty: () => chosen().length === 0 };
}

const INPUT_TYPES = { plain_text_input: "text", number_input: "text", email_text_input: "email", url_text_input: "url" };

function textInput(element, block, surface, labelled) {
  const kept = surface.kept(block, element);
  const placeholder = plainText(element.placeholder);
  const shared = {
    class: "text-input",
    placeholder: placeholder || null,
    maxlength: element.max_length,
    "aria-label": labelled ? null : placeholder || "Text",
    "data-action": `${block.block_id}/${element.action_id}`,
    oninput: () => {
      surface.set(block, element, { value: control.value || null });
      surface.fields.get(block.block_id)?.showError(null);
    },
    onchange: () => block.dispatch_action && surface.act(block, element, { value: control.value }, control),
  };
  const control = element.multiline
    ? h("textarea", { ...shared, rows: 4 })
    : h("input", { ...shared, type: INPUT_TYPES[element.type], inputmode: element.type === "number_input" ? "decimal" : null });
  control.value = (kept ? kept.value : element.initial_value) ?? "";
  surface.set(block, element, { value: control.value || null });
  const tooShort = () => control.value && control.value.length < (element.min_length ?? 0);
  return {
    node: control,
    control,
    isEmpty: () => control.value.trim() === "",
    problem: () => (tooShort() ? `Write at least ${element.min_length} characters.` : null),
  };
}

function dateInput(element, block, surface, labelled) {
  const isDate = element.type === "datepicker";
  const key = isDate ? "selected_date" : "selected_time";
  const kept = surface.kept(block, element);
  const control = h("input", {
    type: isDate ? "date" : "time",
    class: "text-input",
    "aria-label": labelled ? null : plainText(element.placeholder) || (isDate ? "Date" : "Time"),
    onchange: () => surface.chosen(block, element, { [key]: control.value || null }, control, draw),
  });
  const draw = (chosen) => (control.value = chosen[key] ?? "");
  draw({ [key]: kept ? kept[key] : isDate ? element.initial_date : element.initial_time });
  surface.set(block, element, { [key]: control.value || null });
  return { node: control, control, isEmpty: () => !control.value };
}

function momentInput(element, block, surface, labelled) {
  const kept = surface.kept(block, element);
  const first = kept ? kept.selected_date_time : element.initial_date_time;
  const value = () => ({ selected_date_time: instant(control.value) });
  const control = h("input", {
    type: "datetime-local",
    class: "text-input",
    "aria-label": labelled ? null : "Date and time",
    onchange: () => surface.chosen(block, element, value(), control, draw),
  });
  const draw = ({ selected_date_time: moment }) => (control.value = moment ? wallTime(moment) : "");
  draw({ selected_date_time: first });
  surface.set(block, element, value());
  return { node: control, control, isEmpty: () => !control.value };
}

function image(element) {
  return { node: picture(element, "thumbnail") };
}

/** A picture; when it cannot be loaded, its description takes its place. */
export function picture(object, kind) {
  const node = h("img", { class: kind, alt: String(object.alt_text ?? ""), loading: "lazy", referrerpolicy: "no-referrer" });
  node.addEventListener("error", () => node.replaceWith(h("span", { class: "no-picture" }, object.alt_text || "Picture")), { once: true });
  const url = object.image_url ?? object.slack_file?.url;
  if (url && safeUrl(new URL(url, location.href).href)) node.src = url;
  else queueMicrotask(() => node.dispatchEvent(new Event("error")));
  return node;
}
