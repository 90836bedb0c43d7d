// A button beside each piece of code: below a page's cells, and where a table says what to do.

const told = element("p", HIDDEN); // what a button did, for screen readers
told.setAttribute("aria-live", "polite");
document.body.append(told);

function copyButton(code) {
  const button = element("button", "", "Copy");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-label", "Copy this code");
  const tell = (text) => {
    button.textContent = told.textContent = text;
    button.setAttribute("aria-label", text);
  };
  button.addEventListener("click", async () => {
    told.textContent = "";
    try {
      await navigator.clipboard.writeText(code.textContent);
      tell("Copied");
    } catch {
      // The browser forbids it, as on a host without https: what is selected can be copied by hand.
      getSelection().selectAllChildren(code);
      tell("Selected: press Ctrl+C");
    }
  });
  return button;
}

for (const code of document.querySelectorAll("pre.python > code")) {
  const block = code.parentElement;
  const frame = element("div", "");
  frame.className = "code";
  block.replaceWith(frame);
  frame.append(block, copyButton(code));
}

for (const table of document.querySelectorAll("table")) {
  const heads = [...table.querySelectorAll("th")].map((head) => head.textContent.toLowerCase());
  const column = heads.indexOf("do this") + 1;
  if (!column) continue;
  for (const code of table.querySelectorAll(`td:nth-child(${column}) code`))
    if (!/^[\w.]+$/.test(code.textContent)) code.after(" ", copyButton(code)); // more than a name
}
