/** Throughput of verifying answers. */
import type { BenchResult } from "../core/bench.ts";
import { loadVerifier } from "./verify.ts";

/** Response and key of each kind of answer; half of the responses are wrong. */
const ANSWERS: Readonly<
  Record<string, { readonly pairs: readonly [string, string][]; readonly target?: number }>
> = {
  "plain numbers": {
    pairs: Array.from({ length: 100 }, (_, i) => [String(7 * i), String(7 * i + i % 2)]),
    target: 10_000,
  },
  "decimals": {
    pairs: Array.from({ length: 100 }, (_, i) => [`${i}.50`, `${i + i % 2}.5`]),
    target: 10_000,
  },
  "LaTeX fractions": {
    pairs: Array.from({ length: 100 }, (_, i) => [`\\frac{${2 * i}}{14}`, `${i + i % 2}/7`]),
  },
  "polynomials": {
    pairs: Array.from({ length: 100 }, (_, i) => [`(x+${i})^2`, `x^2+${2 * i}x+${i * i + i % 2}`]),
  },
  "functions, by the library": {
    pairs: Array.from({ length: 20 }, (_, i) => [`\\sin(${i}x)^2`, `${1 + i % 2}-\\cos(${i}x)^2`]),
  },
};

/** Verifications per second of the verifier "math", and what it costs to load. */
export async function* rewardBenchCases(): AsyncGenerator<BenchResult> {
  const begin = performance.now();
  const math = await loadVerifier("math");
  const seconds = (performance.now() - begin) / 1000;
  yield { group: "verify", name: "load the verifier math", value: seconds, unit: "s" };
  for (const [name, { pairs, target }] of Object.entries(ANSWERS)) {
    const cases = pairs.map(([given, answer]) =>
      [`<think>so</think><answer>\\boxed{${given}}</answer>`, { answer }] as const
    );
    const pass = () => cases.forEach(([response, key]) => math(response, key));
    pass();
    const from = performance.now();
    let passes = 0;
    do {
      pass();
      passes++;
    } while (performance.now() - from < 300);
    const value = 1000 * passes * cases.length / (performance.now() - from);
    yield {
      group: "verify",
      name,
      value,
      unit: "answers/s",
      ...target === undefined ? {} : { target },
    };
  }
}
