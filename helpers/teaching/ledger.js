// A field above the ledger's tables that leaves the rows with the words typed into it. It needs no
// kernel; without script the tables are whole. It stands below them, after keys.js. On the website
// the box asks for lists as well, data-ledger="Verdict Page": each leaves the rows with one entry.

const FILLERS = new Set("a an and are at be but by do does for from go goes have i in is it its my not of on or so that the this to was what when why with".split(" "));

const SAME = {
  0: "zero", "∞": "infinite", inf: "infinite", infinity: "infinite", mean: "average",
  // What does not go down stands still.
  down: "still", decrease: "still", decreasing: "still", plateau: "still", stuck: "still",
};

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

// The entries of one column, and whether a row passes what is chosen among them.
function columnFilter(title, rows, onChange) {
  const entry = (row) => {
    const heads = [...row.closest("table").tHead.rows[0].cells];
    return row.cells[heads.findIndex((head) => head.textContent === title)]?.textContent;
  };
  const label = element("label", "display:inline-block;margin:0 16px 8px 0", `${title} `);
  const list = element("select", "font:inherit");
  const entries = [...new Set(rows.map(entry))].filter((text) => text !== undefined);
  list.append(...["all", ...entries].map((text) => element("option", "", text)));
  list.addEventListener("change", onChange);
  label.append(list);
  const passes = (row) => list.selectedIndex === 0 || entry(row) === list.value;
  return { label, passes };
}

function wakeLedger(box) {
  const rows = [...box.querySelectorAll("tbody tr")];
  // textContent of a whole row glues the last word of a cell to the first one of the next.
  const texts = rows.map((row) =>
    wordsOf([...row.cells].map((cell) => cell.textContent).join(" ")),
  );
  const label = element("label", "display:block;margin:0 0 8px", "What do you see? ");
  const field = element("input", "width:16em;font:inherit");
  field.type = "search";
  field.placeholder = "loss NaN";
  label.append(field);
  const status = element("p", "margin:0 0 8px");
  status.setAttribute("role", "status");
  const titles = box.dataset.ledger.split(" ").filter(Boolean);
  const filters = titles.map((title) => columnFilter(title, rows, look));
  box.prepend(label, ...filters.map((filter) => filter.label), status);
  keepKeys(field, types);

  function look() {
    const passes = rows.map((row) => filters.every((filter) => filter.passes(row)));
    const wanted = wordsOf(field.value).map(stem);
    const has = wanted.map((stem) =>
      texts.map((words) => words.some((word) => word.startsWith(stem))),
    );
    const found = rows.map((_, at) => has.filter((word) => word[at]).length);
    // A rare word says more than a frequent one: "negative loss" finds what is negative.
    const worth = has.map((word) => 1 / word.filter(Boolean).length);
    const points = rows.map((_, at) => {
      if (!passes[at]) return 0;
      if (found[at] === wanted.length) return Infinity;
      return has.reduce((sum, word, i) => sum + (word[at] ? worth[i] : 0), 0);
    });
    const best = Math.max(...points);
    const shown = rows.filter((row, at) => {
      row.hidden = best === 0 || points[at] < best;
      return !row.hidden;
    });
    const most = best && found[points.indexOf(best)];
    for (const table of box.querySelectorAll("table"))
      table.hidden = !table.querySelector("tbody tr:not([hidden])");
    if (!wanted.length && shown.length === rows.length) status.textContent = "";
    else if (best === 0 && !wanted.length) status.textContent = "No line is left.";
    else if (most === wanted.length)
      status.textContent = `${shown.length} of ${rows.length} lines.`;
    else if (most)
      status.textContent = `No line has all of these words. ${shown.length} have ${most} of ${wanted.length}.`;
    else status.textContent = "No line has any of these words.";
  }
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.closest("[tabindex]")?.focus(); // the notebook's cell
  });
}

for (const box of document.querySelectorAll("[data-ledger]:not([data-awake])")) {
  box.dataset.awake = "";
  wakeLedger(box);
}
