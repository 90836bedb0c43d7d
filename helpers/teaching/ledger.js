// A field above the ledger's tables that leaves the rows with the words typed into it. It needs no
// kernel; without script the tables are whole. It stands below them, after keys.js.

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
  box.prepend(label, status);
  keepKeys(field, types);

  field.addEventListener("input", () => {
    const wanted = wordsOf(field.value).map(stem);
    const has = wanted.map((stem) =>
      texts.map((words) => words.some((word) => word.startsWith(stem))),
    );
    const found = rows.map((_, at) => has.filter((word) => word[at]).length);
    // A rare word says more than a frequent one: "negative loss" finds what is negative.
    const worth = has.map((word) => 1 / word.filter(Boolean).length);
    const points = rows.map((_, at) => {
      if (found[at] === wanted.length) return Infinity;
      return has.reduce((sum, word, i) => sum + (word[at] ? worth[i] : 0), 0);
    });
    const best = Math.max(...points);
    const shown = rows.filter((row, at) => {
      row.hidden = best === 0 || points[at] < best;
      return !row.hidden;
    });
    const most = found[points.indexOf(best)];
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
