/** Rank correlations with intervals. */
import { type Estimate, spearman } from "./statistics.ts";
import { studentQuantile } from "./student.ts";

/**
 * Interval for a rank correlation `r` of `n` pairs, by Fisher's transform: tanh(atanh r ± z·√((1 + r²/2)/(n − 3 − k)))
 * with the standard error of Bonett and Wright (Psychometrika 65, 2000), which covers better for ranks than Fisher's
 * own 1/√(n − 3); `controlled` is the number k of variables held fixed. NaN for fewer than 4 + k pairs. At r = ±1 it
 * has no width, however few the pairs.
 */
function fisherInterval(r: number, n: number, controlled: number, level: number): Estimate {
  const degrees = n - 3 - controlled;
  if (degrees < 1 || Number.isNaN(r)) return { value: r, low: NaN, high: NaN, n };
  const half = studentQuantile(level, Infinity) * Math.sqrt((1 + r * r / 2) / degrees);
  const z = Math.atanh(r);
  return { value: r, low: Math.tanh(z - half), high: Math.tanh(z + half), n };
}

/** Spearman's rank correlation with an interval (Fisher's transform, standard error of Bonett and Wright). */
export function spearmanInterval(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  level = 0.95,
): Estimate {
  return fisherInterval(spearman(a, b), a.length, 0, level);
}

/**
 * Spearman's correlation of a and b at a fixed value of `control`: r_ab·c = (r_ab − r_ac r_bc)/√((1 − r_ac²)(1 − r_bc²))
 * of the rank correlations, with an interval as {@link spearmanInterval}'s and one degree of freedom less. NaN where
 * the control decides the order of one side.
 */
export function partialSpearman(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  control: ArrayLike<number>,
  level = 0.95,
): Estimate {
  const ab = spearman(a, b), ac = spearman(a, control), bc = spearman(b, control);
  const rest = (1 - ac * ac) * (1 - bc * bc);
  // Rounding may leave a little of what is nothing, and a quotient a little beyond 1.
  const r = rest < 1e-12 ? NaN : Math.min(1, Math.max(-1, (ab - ac * bc) / Math.sqrt(rest)));
  return fisherInterval(r, a.length, 1, level);
}
