// A field above the ledger's tables that leaves the rows with the words typed into it, the best
// first. It needs no kernel; without script the tables are whole. It stands below them, after
// keys.js and words.js. On the website the box asks for lists as well, data-ledger="Verdict Page":
// each leaves the rows with one entry.

const FEW = 10; // lines: where fewer have all words, those with most of them follow

// The entries of one column, and whether a row passes what is chosen among them.
function columnFilter(title, rows, onChange) {
  const entry = (row) => {
    const heads = [...row.closest("table").tHead.rows[0].cells];
    return row.cells[heads.findIndex((head) => head.textContent === title)]?.textContent;
  };
  const label = element("label", "display:inline-block;margin:0 16px 8px 0", `${title} `);
  const list = element("select", "font:inherit");
  const entries = [...new Set(rows.map(entry))].filter((text) => text !== undefined).sort();
  list.append(...["all", ...entries].map((text) => element("option", "", text)));
  list.addEventListener("change", onChange);
  label.append(list);
  const passes = (row) => list.selectedIndex === 0 || entry(row) === list.value;
  return { label, passes };
}

const count = (lines) => (lines === 1 ? "1 line has" : `${lines} lines have`);

function wakeLedger(box) {
  const rows = [...box.querySelectorAll("tbody tr")];
  // Cell by cell: textContent of a whole row glues the last word of a cell to the first of the next.
  const lines = rows.map((row) => ({
    words: [...row.cells].flatMap((cell) => everyWord(cell.textContent)),
    said: everyWord(row.querySelector("a").textContent),
  }));
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
    const passes = (at) => filters.every((filter) => filter.passes(rows[at]));
    const found = ranked(lines, field.value);
    const [all, near] = [found.all.filter(passes), found.near.filter(passes)];
    const more = near.slice(0, Math.max(0, FEW - all.length));
    for (const row of rows) row.hidden = true;
    for (const at of [...all, ...more]) {
      rows[at].hidden = false;
      rows[at].parentElement.append(rows[at]); // the best first
    }
    for (const table of box.querySelectorAll("table"))
      table.hidden = !table.querySelector("tbody tr:not([hidden])");
    if (all.length === rows.length) status.textContent = "";
    else if (more.length)
      status.textContent = `${all.length ? count(all.length) : "No line has"} all of these words. ${count(more.length)} some of them.`;
    else if (all.length) status.textContent = `${all.length} of ${rows.length} lines.`;
    else status.textContent = found.all.length ? "No line is left." : "No line has any of these words.";
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
