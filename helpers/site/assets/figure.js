// The live figures of a page of the website: live.js, answered by files in place of a kernel.

import live from "./live.js";

const WAITING =
  "The picture has not arrived yet: the connection is slow or gone. It follows as soon as it can " +
  "be fetched.";

async function unpacked(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status}`);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const later = (seconds) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });

// What live.js takes for the kernel's side: the frames of one figure.
function model(svg, { folder, counts, starts, start, texts }) {
  const packs = new Map(); // number → what the file holds
  const groups = [...svg.querySelectorAll("[data-moving] > g")];
  const shown = groups.map((group) => group.innerHTML);
  const first = { alt: svg.getAttribute("aria-label"), parts: [...shown] };
  const definitions = svg.querySelector("defs");
  let answer;

  const number = (indices) => indices.reduce((sum, index, i) => sum * counts[i] + index, 0);
  const packOf = (setting) => starts.findLastIndex((first) => first <= setting);

  function at(indices) {
    const setting = number(indices);
    const place = packOf(setting);
    const pack = packs.get(place);
    if (!pack) return indices.join() === start.join() ? first : undefined;
    const [alt, ...parts] = pack.frames[setting - starts[place]].map((at) => pack.texts[at]);
    return { alt, parts };
  }

  async function fetched(place) {
    for (let wait = 1; ; wait = Math.min(2 * wait, 30)) {
      try {
        const pack = await unpacked(`${folder}/${place}.pack`);
        pack.texts = pack.texts.map((text) => text.replaceAll('"@', `"${folder}/`));
        const known = new Set([...definitions.children].map((child) => child.id));
        for (const [id, element] of Object.entries(pack.defs))
          if (!known.has(id)) definitions.insertAdjacentHTML("beforeend", element);
        return void packs.set(place, pack);
      } catch {
        await later(wait);
      }
    }
  }

  return {
    get: (name) => ({ start, texts, at, paint, waiting: WAITING })[name],
    on(event, callback) {
      if (event === "msg:custom") answer = callback;
    },
    async send({ indices }) {
      const place = packOf(number(indices));
      if (!packs.has(place)) await fetched(place);
      answer({ indices });
    },
  };

  function paint(_, { alt, parts }) {
    svg.setAttribute("aria-label", alt);
    parts.forEach((part, i) => {
      if (shown[i] === part) return;
      groups[i].innerHTML = shown[i] = part;
    });
  }
}

for (const card of document.querySelectorAll("[data-figure]")) {
  const { initialize, render } = live();
  const svg = card.querySelector("svg");
  initialize({ model: model(svg, JSON.parse(card.dataset.figure)) });
  render({ el: card });
  card.querySelector("[data-asleep]").remove();
}
