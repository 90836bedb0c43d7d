// A button beside each piece of code: below a page's cells, and where a table says what to do.

function copyButton(code) {
  const button = element("button", "", "Copy");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-label", "Copy this code");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
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
