/** Units behind a number. They may be left out; two that are given must be the same. */
import { TEXT_BEGIN, TEXT_END } from "./notation.ts";

/** Unit → its other spellings. Single letters are units only where LaTeX sets them as text: `5 m` may be 5·m. */
const SPELLINGS: Readonly<Record<string, string>> = {
  mm: "millimeter millimetre",
  cm: "centimeter centimetre",
  dm: "decimeter decimetre",
  m: "meter metre",
  km: "kilometer kilometre",
  inch: "in inches",
  foot: "feet ft",
  yard: "yd",
  mile: "mi",
  mg: "milligram",
  g: "gram gramme",
  kg: "kilogram",
  lb: "pound",
  ml: "milliliter millilitre",
  l: "liter litre",
  s: "second sec",
  minute: "min",
  h: "hour hr",
  day: "",
  week: "",
  month: "",
  year: "yr",
  degree: "deg",
  radian: "rad",
  dollar: "usd",
  cent: "",
  euro: "eur",
  unit: "",
  mph: "",
  hz: "hertz",
  n: "newton",
  j: "joule",
  w: "watt",
  v: "volt",
  pa: "pascal",
  mol: "mole",
};

const UNITS = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, others]) =>
    [unit, ...others.split(" ")].filter(Boolean).flatMap((name) =>
      [[name, unit], [`${name}s`, unit]] as const
    )
  ),
);

/** A number's unit and percent sign, and what is left of it. */
export interface Measured {
  readonly text: string;
  /** In one spelling; null when there is none. */
  readonly unit: string | null;
  readonly isPercent: boolean;
}

/** One spelling of a unit's words: `square centimeters` and `cm^2` stay different, `cms` is `cm`. */
function unitName(words: string): string {
  const name = words.trim().toLowerCase().replace(/[⟪⟫{}.\s]+/g, " ").trim();
  const power = /\s*\^\s*([23])$/.exec(name)?.[1];
  const square = /^(square|sq|cubic) /.exec(name)?.[1];
  const bare = name.replace(/\s*\^\s*[23]$/, "").replace(/^(square|sq|cubic) /, "");
  const exponent = power ?? (square === undefined ? "" : square === "cubic" ? "3" : "2");
  return (UNITS.get(bare) ?? bare) + exponent;
}

/** The exponent of a square or cubic unit. */
const POWER = "\\s?\\^\\s?\\{?\\s?[23]\\s?\\}?";
/** Words in text marks at the end. */
const MARKED = new RegExp(
  `^(.*[^\\s${TEXT_BEGIN}${TEXT_END}])\\s?(${TEXT_BEGIN}[^${TEXT_BEGIN}${TEXT_END}]*${TEXT_END}(?:${POWER})?)$`,
);
const POWER_AT_END = new RegExp(`${POWER}$`);

/** Where the plain words at the end begin, which must follow a digit or a bracket; -1 when there are none. */
function plainUnit(text: string): number {
  const end = POWER_AT_END.exec(text)?.index ?? text.length;
  let begin = end;
  while (begin > 0 && /[a-zA-Z ]/.test(text[begin - 1]!)) begin--;
  const isNext = begin > 0 && begin < end && /[0-9)}π]/.test(text[begin - 1]!);
  const words = text.slice(begin, end).trim();
  return isNext && words.length > 1 && UNITS.has(unitName(words).replace(/[23]$/, "")) ? begin : -1;
}

/** Words that say another number, or about the number, and no unit of it: `5 million`, `5 or more`, `12 (base 7)`. */
const NO_UNIT = new RegExp(
  "\\b(?:hundred|thousand|million|billion|trillion|dozen|k|and|or|not?|more|less|fewer|greater|larger|smaller|" +
    "than|least|most|above|below|over|under|plus|minus|times|to|is|wrong|incorrect|base|mod|remainder|" +
    "max|maximum|minimum|approximately|about)\\b",
  "i",
);

/** Takes a percent sign, degrees or a unit off the end. Words that are no known unit count as one only when marked. */
export function takeUnit(whole: string): Measured {
  const text = whole.trim();
  if (/[0-9a-zA-Z)}π.]\s*(?:%|⟪\s*(?:percent|%)\s*⟫| percent)$/i.test(text)) {
    return {
      text: bare(text.replace(/(?:%|⟪\s*(?:percent|%)\s*⟫|percent)$/i, "")),
      unit: null,
      isPercent: true,
    };
  }
  const degrees = /^(.*[^\s])\s*°\s*⟪?\s*([CFK]?)\s*⟫?$/.exec(text);
  if (degrees !== null) {
    return { text: bare(degrees[1]!), unit: `degree${degrees[2]}`, isPercent: false };
  }
  const marked = MARKED.exec(text);
  if (marked !== null && !NO_UNIT.test(marked[2]!)) {
    return { text: bare(marked[1]!), unit: unitName(marked[2]!), isPercent: false };
  }
  const plain = plainUnit(text);
  if (plain > 0) {
    return {
      text: bare(text.slice(0, plain)),
      unit: unitName(text.slice(plain)),
      isPercent: false,
    };
  }
  return { text: bare(text), unit: null, isPercent: false };
}

/** Without marks: what LaTeX sets upright in the middle of an expression is part of it. */
const bare = (text: string) => text.replace(/[⟪⟫]/g, "").trim();
