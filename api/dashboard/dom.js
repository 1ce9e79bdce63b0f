// Small ways to make and change elements; text is always text, never markup.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element: `properties` are set on it, `data-*` and `aria-*` ones as attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Show `text` in `element` if it does not already, so that screen readers hear changes only. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Make `list` show `items`, in order, with one child for each key. Children stay the same elements, so
 * that the keyboard focus and a slider that is being dragged survive.
 */
export function sync(list, items, key, create, update) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const name = String(key(item));
    let child = old.get(name);
    if (child) old.delete(name);
    else {
      child = create(item);
      child.dataset.key = name;
    }
    update(child, item);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
  for (const child of old.values()) child.remove();
}

/** A message for people, for a while or until it is dismissed. */
export function notice(text) {
  const place = byId("notices");
  for (const shown of place.children) if (shown.firstChild.textContent === text) return;
  const dismiss = make("button", { type: "button", className: "button ghost small", textContent: "Dismiss" });
  const card = make("div", { className: "notice" }, make("span", { textContent: text }), dismiss);
  dismiss.addEventListener("click", () => card.remove());
  setTimeout(() => card.remove(), 12_000);
  while (place.children.length > 3) place.firstChild.remove();
  place.append(card);
}
