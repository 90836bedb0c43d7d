// Wakes the predictions of a page: keeps and marks the first choice, has replies read out, and
// lets a number be typed. Without it every reply is still an element that opens and closes.
// It stands in each prediction, after keys.js, and wakes those on the page that sleep.

const HIDDEN = // from sight, not from a screen reader
  "position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%)";
const spoken = (reply) => reply.textContent.replace(/^[✓✗]\s*/, "");

function wakeOptions(box) {
  const status = element("p", HIDDEN);
  status.setAttribute("role", "status");
  box.append(status);
  let first;
  for (const option of box.querySelectorAll("details")) {
    const summary = option.querySelector("summary");
    const reply = option.querySelector("[data-reply]");
    keepKeys(summary, opens);
    summary.addEventListener("click", () => {
      if (option.open) return void (status.textContent = "");
      if (!first) {
        first = option;
        summary.append(element("em", "", " (your choice)"));
      } else if (option !== first) {
        const right = reply.dataset.reply === "right";
        reply.querySelector("strong").textContent = right
          ? "This is the answer."
          : "This is not the answer.";
      }
      status.textContent = spoken(reply);
    });
  }
}

// Numbers as people write them

const refuse = (sentence) => ({ refusal: sentence });
const UNREADABLE =
  "This is not read as a number. Write digits, such as 0.93, 0,93, 93 %, 3/4 or 12*30.";
const grouped = (text, mark) => new RegExp(`^\\d{1,3}(${mark}\\d{3})+$`).test(text);

// "1 234,5" → 1234.5; undefined if it is no number, a refusal if it may be two.
function decimal(text) {
  const [whole, fraction, ...more] = text.split(/[.,](?=[^.,]*$)/);
  if (more.length) return undefined;
  const bare = text.replace(/[\s']/g, "");
  if (bare !== text && !grouped(whole.replace(/[.,]/g, " "), "[ ']")) return undefined;
  if (/^[1-9]\d{0,2},\d{3}$/.test(bare)) {
    const [point, none] = [bare.replace(",", "."), bare.replace(",", "")];
    return refuse(`“${text}” may mean ${none} or ${point}. Write ${none} or ${point}.`);
  }
  for (const mark of [",", "\\."])
    if (bare.match(new RegExp(mark, "g"))?.length > 1)
      return grouped(bare, mark) ? +bare.replace(/[.,]/g, "") : mixed(whole, fraction, mark);
  if (bare.includes(",") && bare.includes(".")) return mixed(whole, fraction, "[.,]");
  const plain = bare.replace(",", ".");
  return /^(\d+\.?\d*|\.\d+)$/.test(plain) ? +plain : undefined;
}

function mixed(whole, fraction, mark) {
  if (!grouped(whole, mark) || !/^\d+$/.test(fraction)) return undefined;
  return +`${whole.replace(/[.,]/g, "")}.${fraction}`;
}

// One factor: sign, digits, e5, ^5, %
function factor(text) {
  const parts = /^([+-]?)([\d.,\s']+?)(e[+-]?\d+)?\s*(?:\^\(?([+-]?\d+)\)?)?\s*(%|per ?cent)?$/i;
  const found = text.match(parts);
  if (!found) return undefined;
  const [, sign, digits, exponent, power, percent] = found;
  const size = decimal(digits);
  if (typeof size !== "number") return size;
  let value = +`${size}${size < 1e21 && exponent ? exponent : ""}`;
  if (power) value **= +power;
  return (sign === "-" ? -value : value) / (percent ? 100 : 1);
}

// {value} of a number, a product or a quotient; {refusal}, a sentence, for anything else
function understand(typed, unit) {
  let text = typed.trim().replace(/\s/g, " ").replace(/[−–]/g, "-").replaceAll("**", "^");
  text = text.replace(/[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (raised) =>
    "^" + [...raised].map((sign) => "+-0123456789"["⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign)]).join(""));
  if (unit && text.endsWith(unit)) text = text.slice(0, -unit.length).trim();
  if (!text) return refuse("Type a number first.");
  if (/^[+-]?0x/i.test(text)) return refuse(UNREADABLE); // no product of 0
  const parts = text.split(/\s*([*·×x/])\s*/);
  let value = 1;
  for (let at = 0; at < parts.length; at += 2) {
    const next = factor(parts[at]);
    if (next?.refusal) return next;
    if (next === undefined) return refuse(UNREADABLE);
    value = parts[at - 1] === "/" ? value / next : value * next;
  }
  return Number.isFinite(value) ? { value } : refuse(UNREADABLE);
}

const shown = (value, unit) =>
  `${+value.toPrecision(12)}`.replaceAll("-", "−") + (unit && ` ${unit}`);

function wakeNumber(box) {
  const { answer, tolerance, unit } = box.dataset;
  const label = element("label", "", "Your number: ");
  const field = element("input", "width:10em;font:inherit");
  field.type = "text";
  field.autocomplete = "off";
  label.append(field, unit && ` ${unit}`);
  const button = element("button", "font:inherit;margin-left:8px", "That is my prediction");
  button.type = "button";
  const echo = element("p", "margin:4px 8px;min-height:1.3em");
  const status = element("p", "margin:4px 8px 0");
  status.setAttribute("role", "status");
  const details = box.querySelector("details");
  details.before(label, button, echo, status);

  const look = () => {
    const { value, refusal } = understand(field.value, unit);
    echo.textContent = !field.value.trim()
      ? ""
      : (refusal ?? `Your number is read as ${shown(value, unit)}.`);
  };
  const judge = () => {
    const { value, refusal } = understand(field.value, unit);
    if (refusal) return void ((echo.textContent = ""), (status.textContent = refusal));
    const right = Math.abs(value - answer) <= tolerance * (1 + 1e-9);
    const reply = details.querySelector("[data-reply]");
    const [opening, ...reason] = reply.childNodes;
    const word = element("strong", "", right ? "✓ Yes." : `✗ No. ${opening.textContent}`);
    status.replaceChildren(`Your number: ${shown(value, unit)}. `, word);
    for (const node of reason) status.append(node.cloneNode(true));
    status.dataset.reply = right ? "right" : "wrong";
    status.style.borderLeft = right ? "4px solid #009E73" : "4px dashed #D55E00";
    status.style.paddingLeft = "8px";
    for (const done of [echo, button, details]) done.hidden = true;
    field.readOnly = true; // the first number is kept
    field.focus();
  };
  keepKeys(field, types);
  keepKeys(button, opens);
  keepKeys(details.querySelector("summary"), opens);
  field.addEventListener("input", () => {
    status.textContent = "";
    look();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && opens(event) && !field.readOnly) judge();
    if (event.key === "Escape") box.closest("[tabindex]")?.focus(); // the notebook's cell
  });
  button.addEventListener("click", judge);
}

for (const box of document.querySelectorAll("[data-predict]:not([data-awake])")) {
  box.dataset.awake = "";
  if ("answer" in box.dataset) wakeNumber(box);
  else wakeOptions(box);
}
