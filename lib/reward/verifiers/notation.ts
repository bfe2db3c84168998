/** One notation for what LaTeX, Unicode and plain text write differently, before an answer is taken apart. */

/** Around words that LaTeX sets as text: units, "and", "Yes". */
export const TEXT_BEGIN = "\u27ea", TEXT_END = "\u27eb";

/** Commands for signs that have a character. */
const SIGNS: Readonly<Record<string, string>> = {
  cdot: "*",
  times: "*",
  ast: "*",
  div: "/",
  pm: "±",
  le: "≤",
  leq: "≤",
  leqslant: "≤",
  ge: "≥",
  geq: "≥",
  geqslant: "≥",
  lt: "<",
  gt: ">",
  ne: "≠",
  neq: "≠",
  in: "∈",
  infty: "∞",
  infin: "∞",
  cup: "∪",
  pi: "π",
  emptyset: "∅",
  varnothing: "∅",
  lbrace: "⦃",
  rbrace: "⦄",
  langle: "⟨",
  rangle: "⟩",
  lvert: "|",
  rvert: "|",
  vert: "|",
  mid: "|",
  lbrack: "[",
  rbrack: "]",
  colon: ":",
  approx: "=",
  equiv: "=",
  to: "→",
  rightarrow: "→",
  implies: "→",
  degree: "°",
  degrees: "°",
  circ: "°",
  euro: "",
  pounds: "",
  dfrac: "\\frac",
  tfrac: "\\frac",
  cfrac: "\\frac",
  dbinom: "\\binom",
  tbinom: "\\binom",
  quad: " ",
  qquad: " ",
  space: " ",
};

/** Commands that change how something looks, not what it is. */
const LOOKS = new Set(
  ("left right big Big bigl bigr Bigl Bigr bigg Bigg biggl biggr displaystyle textstyle limits nolimits " +
    "thinspace negthinspace mathstrut boldsymbol mathbf bm mathit mathsf overline")
    .split(" "),
);

/** Characters of Unicode that LaTeX or plain text has otherwise. */
const CHARACTERS: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "×": "*",
  "·": "*",
  "⋅": "*",
  "∗": "*",
  "÷": "/",
  "∕": "/",
  "√": "\\sqrt ",
  "²": "^2",
  "³": "^3",
  "½": "\\frac{1}{2}",
  "¼": "\\frac{1}{4}",
  "¾": "\\frac{3}{4}",
  "⩽": "≤",
  "⩾": "≥",
  "º": "°",
  "，": ",",
  "：": ":",
  "（": "(",
  "）": ")",
  "％": "%",
  "€": "",
  "£": "",
  "¥": "",
  "\u00a0": " ",
  "\u202f": " ",
  "\u2009": " ",
};

const TEXT_COMMAND =
  /\\(?:text|textbf|textit|textrm|textsf|texttt|mathrm|mbox|hbox|emph|operatorname|operatorname\*)\s*\{([^{}]*)\}/g;

/** Letters that LaTeX sets upright though they are constants or a differential, not words. */
const UPRIGHT = /^\s*[eid]\s*$/;

/**
 * The answer in one notation: `\dfrac12` → `\frac12`, `2\cdot\pi` → `2*π`, `14{,}916` → `14916`, `\{1\}` → `⦃1⦄`,
 * `5\text{ cm}` → `5⟪ cm⟫`. Currency signs, sizes and space commands are dropped; what is unknown stays.
 */
export function commonNotation(answer: string): string {
  let text = answer.trim();
  if (/^[-+]?[0-9]+(\.[0-9]+)?$/.test(text)) return text;
  text = text.replace(/[^\x20-\x7e]/g, (character) => CHARACTERS[character] ?? character);
  text = text.replace(/\\[$]|[$]/g, "").replace(/^\\[([]|\\[)\]]$/g, "");
  // Commands of one sign: thin spaces go, braces of sets become characters of their own, and so do line ends.
  text = text.replace(/\\\\/g, "⏎").replace(/\\[!]/g, "").replace(
    /([0-9])\\[,;:]\s*(?=[0-9]{3}(?![0-9]))/g,
    "$1",
  )
    .replace(/\\[,;: >~]|~/g, " ").replace(/\\\{/g, "⦃").replace(/\\\}/g, "⦄").replace(/\\\|/g, "|")
    .replace(/\\%/g, "%");
  text = text.replace(
    TEXT_COMMAND,
    (_, words: string) => UPRIGHT.test(words) ? words : `${TEXT_BEGIN}${words}${TEXT_END}`,
  );
  text = text.replace(
    /\\([a-zA-Z]+)\s*/g,
    (whole, name: string) => LOOKS.has(name) ? "" : SIGNS[name] ?? whole,
  );
  text = text.replace(/\^\s*(?:\{\s*°\s*\}|°)/g, "°");
  text = text.replace(/\{,\}(?=[0-9]{3}(?![0-9]))/g, "").replace(/\{,\}/g, ".");
  return text.replace(/\s+/g, " ").trim().replace(/(?<=.)[.;,]$/, "").trim();
}

/** The words of an answer, for comparing as text: without marks, case and needless space. */
export const plainWords = (text: string): string =>
  text.replace(/[\u27ea\u27eb]/g, " ").replace(/[{}"'“”‘’]/g, "").replace(/\s+/g, " ").trim()
    .toLowerCase()
    .replace(/(?<=.)[.!]$/, "");
