/** Whether two answers are the same, kind by kind. */
import type { Answer, Relation, Scalar, Sequence } from "./answer.ts";
import type { Deadline } from "./deadline.ts";
import { difference, evaluate, type Expression, isDecimal } from "./expression.ts";
import { agree, isConstant, proportional, valueAt } from "./probe.ts";
import { agreeAt, type Complex, SYMBOLIC_POINTS, type SymbolicEvaluation } from "./symbolic.ts";
import { almostEqual, equalRounded, fraction, toNumber } from "./value.ts";

/** What comparing needs besides the answers. */
export interface Comparison {
  /** Null leaves everything beyond arithmetic unequal. */
  readonly symbolic: SymbolicEvaluation | null;
  /** When the library has to be done. */
  readonly isTimeUp: Deadline;
}

/** Whether both are the same answer; symmetrical in them. */
export function equivalent(a: Answer, b: Answer, comparison: Comparison): boolean {
  const same = (x: Answer, y: Answer) => equivalent(x, y, comparison);
  if (a.kind === "relation" || b.kind === "relation") return equalRelations(a, b, comparison);
  if (a.kind === "list" || b.kind === "list") {
    return matches(items(a), items(b), same) || equalRanges(a, b, same);
  }
  if (a.kind === "union" && b.kind === "union") return matches(a.items, b.items, same);
  if (a.kind === "sequence" && b.kind === "sequence") {
    return a.brackets === b.brackets && inOrder(a.items, b.items, same);
  }
  if (a.kind === "matrix" && b.kind === "matrix") {
    return a.rows.length === b.rows.length &&
      a.rows.every((row, i) => inOrder(row, b.rows[i]!, same));
  }
  if (a.kind === "words" && b.kind === "words") return a.words !== "" && a.words === b.words;
  if (a.kind === "scalar" && b.kind === "scalar") return equalScalars(a, b, comparison);
  return false;
}

type Same = (a: Answer, b: Answer) => boolean;

const items = (answer: Answer) => answer.kind === "list" ? answer.items : [answer];

const inOrder = (a: readonly Answer[], b: readonly Answer[], same: Same) =>
  a.length === b.length && a.every((item, i) => same(item, b[i]!));

/** Whether every element of one has its own equal in the other. */
function matches(a: readonly Answer[], b: readonly Answer[], same: Same): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const found = left.findIndex((other) => same(item, other));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}

/** `x < 3 or x > 5` is (−∞, 3) ∪ (5, ∞). */
function equalRanges(a: Answer, b: Answer, same: Same): boolean {
  const list = a.kind === "list" ? a : b, union = a.kind === "list" ? b : a;
  if (list.kind !== "list" || union.kind !== "union") return false;
  const solved = list.items.map((item) => item.kind === "relation" ? solve(item) : null);
  const isRange = solved.every((one) => one !== null && one.value.kind === "sequence");
  return isRange && new Set(solved.map((one) => one!.name)).size === 1 &&
    matches(solved.map((one) => one!.value), union.items, same);
}

const NO_SYMBOLS = () => NaN;

function equalScalars(a: Scalar, b: Scalar, comparison: Comparison): boolean {
  if (a.unit !== null && b.unit !== null && a.unit !== b.unit) return false;
  if (a.expression === null || b.expression === null) return equalSymbolic(a, b, comparison);
  const areConstant = isConstant(a.expression);
  if (areConstant !== isConstant(b.expression)) return false;
  const left = worth(a, a.expression), right = worth(b, b.expression);
  if (!areConstant) return agree(left, right);
  const x = evaluate(left, NO_SYMBOLS), y = evaluate(right, NO_SYMBOLS);
  return isDecimal(a.expression) || isDecimal(b.expression)
    ? equalRounded(x, y)
    : almostEqual(x, y);
}

/** `5 6`, which is neither 56 nor 30; not `56 000`. */
const isSeveralNumbers = (text: string) =>
  /^[-+]?[0-9.]+(?: [0-9.]+)+$/.test(text) && !/^[-+]?[0-9]{1,3}(?: [0-9]{3})+$/.test(text);

/** At least one side is beyond arithmetic. The library evaluates such sides only: it has no bounds of its own. */
function equalSymbolic(a: Scalar, b: Scalar, { symbolic, isTimeUp }: Comparison): boolean {
  const [x, y] = [a, b].map(({ text }) => isSeveralNumbers(text) ? text : text.replace(/\s/g, ""));
  if (a.isPercent !== b.isPercent) return false;
  if (x === y) return true;
  if (symbolic === null || isSeveralNumbers(a.text) || isSeveralNumbers(b.text)) return false;
  const left = valuesOf(a, symbolic, isTimeUp);
  const right = left === null ? null : valuesOf(b, symbolic, isTimeUp);
  if (left === null || right === null) return false;
  const decimal = [a, b].some(({ expression }) => expression !== null && isDecimal(expression));
  if (decimal && left.length === 1 && right.length === 1) {
    return left[0]!.im === 0 && right[0]!.im === 0 && equalRounded(left[0]!.re, right[0]!.re);
  }
  return agreeAt(left, right);
}

function valuesOf(
  { expression, text }: Scalar,
  symbolic: SymbolicEvaluation,
  isTimeUp: Deadline,
): readonly Complex[] | null {
  if (expression === null) return symbolic(text, isTimeUp);
  const points = isConstant(expression) ? 1 : SYMBOLIC_POINTS;
  const values = Array.from({ length: points }, (_, point) => toNumber(valueAt(expression, point)));
  // A number without a real value may be a complex one.
  if (points === 1 && Number.isNaN(values[0])) return symbolic(text, isTimeUp);
  return values.map((re) => ({ re, im: 0 }));
}

const HUNDRED: Expression = { kind: "number", value: fraction(100n, 1n), isDecimal: false };

/** With a percent sign, a hundredth. */
function worth({ isPercent }: Scalar, expression: Expression): Expression {
  return isPercent ? { kind: "divide", left: expression, right: HUNDRED } : expression;
}

/** `x`, `y_1`, `f(x)`, `f(2)`, `AB`: what a relation may say the value of. */
function nameOf(side: Answer): string | null {
  if (side.kind !== "scalar") return null;
  const text = side.text.replace(/\s/g, "");
  return /^(?:[a-zA-Z]|[A-Z]{2,3}|\\[a-zA-Z]+)(?:_(?:[a-zA-Z0-9]|\{[a-zA-Z0-9]+\}))?(?:\([a-zA-Z0-9]+\))?$/
      .test(
        text,
      )
    ? text
    : null;
}

/** What a relation comes down to. */
interface Solved {
  /** Whose value or range it is; null when it is nobody's. */
  readonly name: string | null;
  readonly value: Answer;
}

/** `x = 5`, `5 = x`, `1 + 2 = 3`, `x > 5`, `x ∈ [1, 2]`; null for any other relation. */
function solve({ signs, sides }: Relation): Solved | null {
  const first = sides[0]!, last = sides.at(-1)!;
  if (signs.every((sign) => sign === "=")) {
    const name = nameOf(first);
    if (name === null && nameOf(last) !== null && sides.length === 2) {
      return { name: nameOf(last), value: first };
    }
    return name !== null || sides.length > 2 || isNumber(first) ? { name, value: last } : null;
  }
  if (signs.length === 1 && signs[0] === "∈") return { name: nameOf(first), value: last };
  return range(signs, sides);
}

const isNumber = (side: Answer) =>
  side.kind === "scalar" && side.expression !== null && isConstant(side.expression);

const INFINITY: Scalar = {
  kind: "scalar",
  text: "∞",
  expression: null,
  isPercent: false,
  unit: null,
};
const MINUS_INFINITY: Scalar = { ...INFINITY, text: "-∞" };

/** The interval of one name between numbers: `1 < x ≤ 5` is (1, 5]. */
function range(signs: readonly string[], sides: readonly Answer[]): Solved | null {
  if (signs.every((sign) => sign === ">" || sign === "≥")) {
    return range(
      signs.map((sign) => sign === ">" ? "<" : "≤").reverse(),
      [...sides].reverse(),
    );
  }
  if (!signs.every((sign) => sign === "<" || sign === "≤")) return null;
  const at = sides.findIndex((side) => nameOf(side) !== null);
  const isInside = sides.length === 3 ? at === 1 : sides.length === 2 && at >= 0;
  if (!isInside) return null;
  const [open, low] = at === 0 ? ["(", MINUS_INFINITY] : [signs[0] === "<" ? "(" : "[", sides[0]!];
  const [close, high] = at === sides.length - 1
    ? [")", INFINITY]
    : [signs.at(-1) === "<" ? ")" : "]", sides.at(-1)!];
  const value: Sequence = { kind: "sequence", brackets: `${open}${close}`, items: [low, high] };
  return { name: nameOf(sides[at]!), value };
}

/** At least one of both is a relation. */
function equalRelations(a: Answer, b: Answer, comparison: Comparison): boolean {
  const same = (x: Answer, y: Answer) => equivalent(x, y, comparison);
  const x = a.kind === "relation" ? solve(a) : { name: null, value: a };
  const y = b.kind === "relation" ? solve(b) : { name: null, value: b };
  const isList = ({ kind }: Answer): boolean => kind === "list";
  if (x !== null && y !== null) {
    if (x.value.kind === "relation" || y.value.kind === "relation") return false;
    const areOneName = x.name === null || y.name === null || x.name === y.name;
    if (areOneName && same(x.value, y.value)) return true;
  }
  if (a.kind !== "relation" || b.kind !== "relation") {
    // One of both is a list of relations or values, such as "x = 1 or x = 2".
    return (isList(a) || isList(b)) && matches(items(a), items(b), same);
  }
  const p = curve(a), q = curve(b);
  if (p !== null && q !== null) return proportional(p, q);
  return a.signs.length === b.signs.length && a.signs.every((sign, i) => sign === b.signs[i]) &&
    inOrder(a.sides, b.sides, same);
}

/** What is 0 on the curve that an equation in at least two letters, or an unsolved one, describes; null for others. */
function curve({ signs, sides }: Relation): Expression | null {
  const [left, right] = sides;
  if (
    signs.length !== 1 || signs[0] !== "=" || left?.kind !== "scalar" || right?.kind !== "scalar"
  ) return null;
  if (left.expression === null || right.expression === null) return null;
  const isSolution = (one: Answer, other: Expression) => nameOf(one) !== null && isConstant(other);
  if (isSolution(left, right.expression) || isSolution(right, left.expression)) return null;
  return difference(left.expression, right.expression);
}
