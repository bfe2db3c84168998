/** Names for files and anchors. */

const LETTERS: Readonly<Record<string, string>> = {
  α: "alpha",
  β: "beta",
  ε: "epsilon",
  η: "eta",
  θ: "theta",
  λ: "lambda",
  μ: "mu",
  π: "pi",
  ρ: "rho",
  σ: "sigma",
  τ: "tau",
  "→": "to",
};

/**
 * Text as lower-case letters, digits and hyphens, at most 80 of them.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * equal(slug("VAS, λ = 0.5 (Table 4)"), "vas-lambda-0-5-table-4");
 * ```
 */
export function slug(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (letter) => LETTERS[letter] ?? letter)
    .normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 80)
    .replace(/^-|-$/g, "") || "unnamed";
}
