// How a search reads words, in the ledger (ledger.js) and on the website (search.js).

const FILLERS = new Set("a after am an and are at be before but by can do does for from get gets go goes had has have i in is it its me my not of on one or so some than that the then there this to too very was we what when why will with you your".split(" "));

const SAME = {
  0: "zero", "∞": "infinite", inf: "infinite", infinity: "infinite", mean: "average",
  gradient: "grad", gradients: "grad", batchnorm: "batch-norm",
  validation: "eval", evaluation: "eval", imbalance: "rare", imbalanced: "rare",
  // What does not go down stands still.
  down: "still", decrease: "still", decreasing: "still", flat: "still", plateau: "still", stuck: "still",
};

const wordsOf = (text) =>
  text
    .toLowerCase()
    .replaceAll("−", "-")
    .replace(/(?<=\p{L})_(?=\p{L})/gu, "-")
    .replace(/iz(?=[aei])/g, "is") // "optimizer" is found as "optimiser"
    .split(/[^\p{L}\p{N}∞._-]+/u)
    .map((word) => word.replace(/^[._-]+(?=\D)|[._-]+$/g, ""))
    .filter((word) => word && !FILLERS.has(word))
    .map((word) => SAME[word] ?? word);

// With its parts: "cross-entropy" is found as "cross" and as "entropy", too.
const everyWord = (text) =>
  wordsOf(text).flatMap((word) =>
    /\p{L}[-.]\p{L}/u.test(word) ? [word, ...word.split(/[-.]/).map((part) => SAME[part] ?? part)] : word,
  );

// "gradients" finds "gradient", "averaged" finds "averaging".
const stem = (word) => (word.length > 4 ? word.replace(/(s|e|ed|ing|es)$/, "") : word);

// The places of the lines with all words of `query`, and of those with most of them, the best first.
// `lines`: for each line its words, and `said`, those that count twice: what the line is about.
function ranked(lines, query) {
  const wanted = [...new Set(everyWord(query).map(stem))];
  const weights = wanted.map((stem) => {
    const has = (word) => word.startsWith(stem);
    return lines.map(({ words, said }) => words.some(has) + said.some(has));
  });
  // A rare word says more than a frequent one: "negative loss" finds what is negative.
  const worth = weights.map((found) => Math.log(1 + lines.length / (1 + found.filter(Boolean).length)));
  const points = lines.map((_, at) => weights.reduce((sum, found, i) => sum + found[at] * worth[i], 0));
  const length = (at) => (wanted.length ? lines[at].said.length : 0); // of equals the shorter one
  const order = [...lines.keys()].sort(
    (one, other) => points[other] - points[one] || length(one) - length(other),
  );
  const all = order.filter((at) => weights.every((found) => found[at]));
  const some = order.filter((at) => points[at] && !all.includes(at));
  return { all, near: some.filter((at) => points[at] >= points[some[0]] / 2) };
}
