// What the scripts of a page share. First: which keys an element uses itself. JupyterLab listens at the document for its shortcuts; it must
// not see these keys, and must see all others.

const FIELD_KEYS = /^(.|Enter|Backspace|Delete|Home|End|Arrow(Left|Right|Up|Down))$/u;
const EDITING = /^(a|c|v|x|y|z|Backspace|Delete|Home|End|Arrow(Left|Right))$/i;

function keepKeys(element, uses) {
  element.removeAttribute("data-lm-suppress-shortcuts");
  element.addEventListener("keydown", (event) => uses(event) && event.stopPropagation());
}

const plainKey = (event) => !(event.ctrlKey || event.metaKey || event.altKey);
const opens = (event) =>
  plainKey(event) && !event.shiftKey && (event.key === "Enter" || event.key === " ");
const types = (event) =>
  plainKey(event)
    ? FIELD_KEYS.test(event.key) && !(event.key === "Enter" && event.shiftKey)
    : EDITING.test(event.key);

// An element with a style and a text.
function element(name, style, text = "") {
  const made = document.createElement(name);
  made.style.cssText = style;
  made.textContent = text;
  return made;
}
