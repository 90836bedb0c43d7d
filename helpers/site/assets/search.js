// The page with the results of the search field: sections of all pages, the best first.

import MiniSearch from "./minisearch.js";

const MOST = 30; // results

const status = document.querySelector("#status");
const list = document.querySelector("#found");
const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
document.querySelector("input[name=q]").value = query;

function result({ page, title, address }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = title;
  item.append(link, document.createElement("br"), page);
  return item;
}

async function search() {
  const sections = await (await fetch("search.json")).json();
  const index = new MiniSearch({
    fields: ["title", "text"],
    storeFields: ["page", "title", "address"],
    searchOptions: { prefix: true, fuzzy: 0.15, boost: { title: 3 }, combineWith: "AND" },
  });
  index.addAll(sections.map((section, id) => ({ id, ...section })));
  const strict = index.search(query);
  const found = (strict.length ? strict : index.search(query, { combineWith: "OR" })).slice(0, MOST);
  list.replaceChildren(...found.map(result));
  const count = found.length === 1 ? "1 section" : `${found.length} sections`;
  status.textContent = found.length ? `${count} for “${query}”.` : `Nothing is found for “${query}”.`;
}

if (query) {
  status.textContent = "Searching …";
  search().catch(() => {
    status.textContent = "The search could not be fetched. Try again when the connection is back.";
  });
} else status.textContent = "Type words into the field above.";
