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

/** `0.1\overline{6}`: digits that go on for ever. */
const REPEATING = /([0-9]*)\.([0-9]*)\\(?:overline|bar|dot) ?\{([0-9]+)\}/g;

/** A repeating decimal as a fraction: 0.1666… = (16 − 1)/90. */
function repeatingDecimal(_: string, whole = "", fixed = "", repeated = ""): string {
  const all = BigInt(whole + fixed + repeated), before = BigInt(whole + fixed || "0");
  return `(${all - before}/${"9".repeat(repeated.length)}${"0".repeat(fixed.length)})`;
}

/** Letters that LaTeX sets upright though they are constants, a differential or unknowns, not words. */
const UPRIGHT = /^\s*[eidxyz]\s*$/;

/** What is written otherwise, step by step: a later one relies on those before it. */
const STEPS:
  readonly (readonly [RegExp, string | ((whole: string, ...groups: string[]) => string)])[] = [
    [/[^\x20-\x7e]/g, (character) => CHARACTERS[character] ?? character],
    [/\\[$]|[$]|\\!/g, ""],
    [/^\\[([]|\\[)\]]$/g, ""],
    [/\\\\/g, "⏎"],
    // Thin spaces and braces that only keep a comma from its space, between thousands.
    [/([0-9])\\[,;:] ?(?=[0-9]{3}(?![0-9]))/g, "$1"],
    [/\{,\}(?=[0-9]{3}(?![0-9]))/g, ""],
    [/\{,\}/g, "."],
    [/\\[,;: >~]|~/g, " "],
    [/\\\{/g, "⦃"],
    [/\\\}/g, "⦄"],
    [/\\\|/g, "|"],
    [/\\%/g, "%"],
    [REPEATING, repeatingDecimal],
    [
      TEXT_COMMAND,
      (_, words) => UPRIGHT.test(words!) ? words! : `${TEXT_BEGIN}${words}${TEXT_END}`,
    ],
    [/\\([a-zA-Z]+) */g, (whole, name) => LOOKS.has(name!) ? "" : SIGNS[name!] ?? whole],
    [/\^ ?(?:\{ ?° ?\}|°)/g, "°"],
    [/\s+/g, " "],
  ];

/**
 * The answer in one notation: `\dfrac12` → `\frac12`, `2\cdot\pi` → `2*π`, `14{,}916` → `14916`, `\{1\}` → `⦃1⦄`,
 * `5\text{ cm}` → `5⟪ cm⟫`. Currency signs, sizes and space commands are dropped; what is unknown stays.
 */
export function commonNotation(answer: string): string {
  let text = answer.trim();
  if (/^[-+]?[0-9]+(\.[0-9]+)?$/.test(text)) return text;
  for (const [pattern, by] of STEPS) {
    text = typeof by === "string" ? text.replace(pattern, by) : text.replace(pattern, by);
  }
  return text.trim().replace(/(?<=.)[.;,]$/, "").trim();
}

/** The words of an answer, for comparing as text: without marks, case and needless space. */
export const plainWords = (text: string): string =>
  text.replace(/[\u27ea\u27eb]/g, " ").replace(/[{}"'“”‘’]/g, "").replace(/\s+/g, " ").trim()
    .toLowerCase()
    .replace(/(?<=.)[.!]$/, "");
