// A field above the ledger's tables that leaves the rows with the words typed into it. It needs no
// kernel; without script the tables are whole. It stands below them, after keys.js.

const FILLERS = new Set("a an and are at be but by do does for from have i in is it its my not of on or so that the this to was what when why with".split(" "));

const SAME = { 0: "zero", "∞": "infinite", inf: "infinite", infinity: "infinite", mean: "average" };

const wordsOf = (text) =>
  text
    .toLowerCase()
    .replaceAll("−", "-")
    .split(/[^\p{L}\p{N}∞._-]+/u)
    .map((word) => word.replace(/^[.-]+(?=\D)|[.-]+$/g, ""))
    .filter((word) => word && !FILLERS.has(word))
    .map((word) => SAME[word] ?? word);

// "gradients" finds "gradient", "averaged" finds "averaging".
const stem = (word) => (word.length > 4 ? word.replace(/(s|ed|ing|es)$/, "") : word);

function wakeLedger(box) {
  const rows = [...box.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => wordsOf(row.textContent));
  const label = element("label", "display:block;margin:0 0 8px", "What do you see? ");
  const field = element("input", "width:16em;font:inherit");
  field.type = "search";
  field.placeholder = "loss NaN";
  label.append(field);
  const status = element("p", "margin:0 0 8px");
  status.setAttribute("role", "status");
  box.prepend(label, status);
  keepKeys(field, types);

  field.addEventListener("input", () => {
    const wanted = wordsOf(field.value).map(stem);
    const found = texts.map(
      (words) => wanted.filter((stem) => words.some((word) => word.startsWith(stem))).length,
    );
    const most = Math.max(...found);
    const shown = rows.filter((row, at) => {
      row.hidden = wanted.length > 0 && (most === 0 || found[at] < most);
      return !row.hidden;
    });
    for (const table of box.querySelectorAll("table"))
      table.hidden = !table.querySelector("tbody tr:not([hidden])");
    if (!wanted.length) status.textContent = "";
    else if (most === wanted.length)
      status.textContent = `${shown.length} of ${rows.length} lines.`;
    else if (most)
      status.textContent = `No line has all of these words. ${shown.length} have ${most} of ${wanted.length}.`;
    else status.textContent = "No line has any of these words.";
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.closest("[tabindex]")?.focus(); // the notebook's cell
  });
}

for (const box of document.querySelectorAll("[data-ledger]:not([data-awake])")) {
  box.dataset.awake = "";
  wakeLedger(box);
}
