// Brings the card of a live figure to life. The page keeps every frame that it has seen, asks the
// kernel for one unknown frame at a time (the newest wish first, then its neighbours), and never
// shows an older frame after a newer one. On the website a file of frames answers in the kernel's
// place: its model has `at` (a frame that has been fetched), `paint` and `waiting` (a sentence).

const PATIENCE = 1000; // ms without an answer before the page says so
const KEPT = 1500; // frames; about 16 kB each

const WAITING =
  "The kernel has not answered yet: it is busy with another cell, or it has stopped. " +
  "The picture follows as soon as it answers; if it does not, run this cell again (Shift+Enter).";
const GONE =
  "The kernel that drew this picture is gone. Run the import cell and this cell again " +
  "(Shift+Enter) to go on.";

// The keys that a control itself uses. JupyterLab listens at the document and gets all the others.
const OWN_KEYS = {
  INPUT: /^(Arrow(Left|Right|Up|Down)|Home|End|PageUp|PageDown)$/,
  SELECT: /^(Arrow(Left|Right|Up|Down)|Home|End|PageUp|PageDown|Enter|.)$/u, // letters search it
};

function onKey(event) {
  const field = event.currentTarget;
  if (event.key === "Escape") return field.closest(".jp-Cell")?.focus(); // as from a cell's text
  const runs = event.shiftKey && event.key === "Enter";
  const plain = !(event.ctrlKey || event.metaKey || event.altKey || runs);
  if (plain && OWN_KEYS[field.tagName].test(event.key)) event.stopPropagation();
}

// Shift+Enter makes JupyterLab scroll to the next cell before the picture has its height. So once
// the picture has it, scroll back if the next cell, or this one, is still the active one.
function revealOnceShown(card) {
  const observer = new ResizeObserver(() => {
    if (!card.offsetHeight) return;
    observer.disconnect();
    const cell = card.closest(".jp-Cell");
    const active = cell?.parentElement.querySelector(":scope > .jp-mod-active");
    if (!active || (active !== cell && active !== cell.nextElementSibling)) return;
    requestAnimationFrame(() => card.scrollIntoView({ block: "nearest" }));
  });
  observer.observe(card);
}

export default () => {
  const frames = new Map(); // "3,0" → {url, alt}, {error}, or on the website {parts, alt}
  const views = new Set();
  let model, wish, moved, direction, asked, timer;
  let serial = 0; // counts the wishes
  let newest = 0; // serial of the wish whose frame is on the page

  const known = (indices) => frames.get(indices.join()) ?? model.get("at")?.(indices);

  function paint(frame, ofWish) {
    newest = ofWish;
    for (const view of views) view.show(frame);
  }

  function note(text) {
    for (const view of views) view.note(text);
  }

  function refresh() {
    clearTimeout(timer);
    const frame = known(wish);
    if (frame) return paint(frame, serial);
    timer = setTimeout(() => note(model.get("waiting") ?? WAITING), PATIENCE);
    ask(wish, serial);
  }

  function ask(indices, ofWish) {
    if (asked) return; // one at a time: its answer asks for the next
    asked = { at: indices.join(), ofWish };
    try {
      model.send({ indices });
    } catch {
      asked = undefined;
      clearTimeout(timer);
      if (!known(wish)) note(GONE);
    }
  }

  // The settings that are likely next: three steps on, one back, then one step of the others.
  function neighbour() {
    const counts = model.get("texts").map((texts) => texts.length);
    const steps = [1, 2, 3, -1].map((n) => [moved, n * direction]);
    counts.forEach((_, i) => i !== moved && steps.push([i, 1], [i, -1]));
    for (const [control, step] of steps) {
      const indices = wish.map((index, i) => (i === control ? index + step : index));
      const inside = indices[control] >= 0 && indices[control] < counts[control];
      if (inside && !known(indices)) return indices;
    }
  }

  function goOn() {
    if (!known(wish)) return ask(wish, serial);
    const next = moved !== undefined && neighbour();
    if (next) ask(next);
  }

  const received = ({ error, alt }, buffers) =>
    error
      ? { error }
      : { url: URL.createObjectURL(new Blob(buffers, { type: "image/png" })), alt };

  // Another page of the same kernel gets the answer, too: there it is a frame like any other.
  function receive(answer, buffers) {
    const at = answer.indices.join();
    const frame = known(answer.indices) ?? keep(at, received(answer, buffers));
    const ours = asked?.at === at ? asked : undefined;
    if (ours) asked = undefined;
    if (newest < serial && known(wish)) refresh();
    else if (ours?.ofWish > newest) paint(frame, ours.ofWish);
    if (ours) goOn();
  }

  function keep(at, frame) {
    frames.set(at, frame);
    if (frames.size > KEPT) {
      const [oldest, { url }] = frames.entries().next().value;
      frames.delete(oldest);
      if (url) URL.revokeObjectURL(url);
    }
    return frame;
  }

  function move(control, index) {
    direction = index < wish[control] ? -1 : 1;
    moved = control;
    wish = wish.with(control, index);
    serial += 1;
    for (const view of views) view.set(control, index);
    refresh();
    goOn();
  }

  return {
    initialize(context) {
      model = context.model;
      wish = model.get("start");
      model.on("msg:custom", receive);
      model.on("comm_live_update", () => {
        asked = undefined; // whatever was asked for died with the kernel
        refresh();
      });
      return () => frames.forEach(({ url }) => url?.startsWith("blob:") && URL.revokeObjectURL(url));
    },

    render({ el }) {
      if (model.get("card")) {
        el.innerHTML = model.get("card");
        revealOnceShown(el.querySelector("[data-live]"));
      }
      const image = el.querySelector("img, svg");
      const status = el.querySelector("[role=status]");
      const wake = el.querySelector("[data-wake]");
      if (wake) wake.style.visibility = "hidden";
      const fields = [...el.querySelectorAll("input, select")];
      const start = model.get("start");
      if (image.src && !known(start)) keep(start.join(), { url: image.src, alt: image.alt });

      const view = {
        show(frame) {
          view.note(frame.error);
          if (frame.error) return;
          if (frame.parts) return model.get("paint")(image, frame);
          image.src = frame.url;
          image.alt = frame.alt;
        },
        note(text) {
          status.textContent = text ?? "";
          status.style.display = text ? "block" : "none";
          image.style.visibility = text ? "hidden" : "visible";
        },
        set(control, index) {
          const field = fields[control];
          if (field.tagName === "SELECT") return void (field.selectedIndex = index);
          const text = model.get("texts")[control][index];
          field.value = index;
          field.setAttribute("aria-valuetext", text);
          field.nextElementSibling.textContent = text;
        },
      };
      fields.forEach((field, control) => {
        const index = () => (field.tagName === "SELECT" ? field.selectedIndex : +field.value);
        field.disabled = false;
        field.addEventListener("keydown", onKey);
        field.addEventListener("input", () => move(control, index()));
        field.addEventListener("focus", () => {
          if (moved === undefined) [moved, direction] = [control, 1];
          goOn();
        });
      });
      views.add(view);
      wish.forEach((index, control) => view.set(control, index));
      refresh();
      return () => views.delete(view);
    },
  };
};
