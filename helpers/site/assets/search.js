// The page with the results of the search field: symptoms and sections of all pages, the best first.

import MiniSearch from "./minisearch.js";
import { everyWord, stem } from "./site.js";

const MOST = 30; // results
const FEW = 10; // where fewer have all words, those with some of them follow

const status = document.querySelector("#status");
const list = document.querySelector("#found");
const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
document.querySelector("input[name=q]").value = query;

function result({ page, title, address, means }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = title;
  item.append(link, document.createElement("br"), means ? `${means} — ${page}` : page);
  return item;
}

async function search() {
  const texts = await (await fetch("search.json")).json();
  const index = new MiniSearch({
    fields: ["title", "text"],
    storeFields: ["page", "title", "address", "means"],
    tokenize: everyWord,
    processTerm: stem,
    searchOptions: { prefix: true, fuzzy: 0.15, boost: { title: 3 } },
  });
  index.addAll(texts.map((text, id) => ({ id, ...text })));
  const all = index.search(query, { combineWith: "AND" });
  const known = new Set(all.map(({ id }) => id));
  const some = index.search(query).filter(({ id }) => !known.has(id));
  const found = [...all, ...some.slice(0, Math.max(0, FEW - all.length))].slice(0, MOST);
  list.replaceChildren(...found.map(result));
  if (all.length) status.textContent = `${all.length === 1 ? "1 place has" : `${all.length} places have`} all words of “${query}”.`;
  else if (found.length) status.textContent = `No place has all words of “${query}”. These have some of them.`;
  else status.textContent = `Nothing is found for “${query}”.`;
}

if (query) {
  status.textContent = "Searching …";
  search().catch(() => {
    status.textContent = "The search could not be fetched. Try again when the connection is back.";
  });
} else status.textContent = "Type words into the field above.";
