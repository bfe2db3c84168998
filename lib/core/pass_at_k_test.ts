import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { countVotes, drawSizes, majorityAtK, passAtK, type Votes, worstAtK } from "./pass_at_k.ts";
import { randomSource } from "./random.ts";

const random = randomSource(0, "test");

function close(actual: number, expected: number, tolerance = 1e-13): void {
  ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

Deno.test("passAtK() has the values of HumanEval's estimator", () => {
  // 1 − np.prod(1 − k/np.arange(n − c + 1, n + 1)), and exact fractions of binomials where it rounds.
  const cases = [
    [10, 3, 1, 0.3],
    [10, 3, 5, 11 / 12],
    [200, 7, 100, 0.9929911172418123],
    [1024, 1, 512, 0.5],
    [1024, 30, 64, 0.8598512394486156],
    [1024, 1000, 2, 0.9994730571847508],
    [5, 4, 2, 1],
  ] as const;
  for (const [n, correct, k, expected] of cases) close(passAtK(n, correct, k), expected);
});

Deno.test("worstAtK() is the chance that all are right", () => {
  close(worstAtK(1024, 1000, 2), 0.9536519428152492); // math.comb(1000, 2)/math.comb(1024, 2)
  close(worstAtK(5, 4, 2), 0.6);
  equal(worstAtK(10, 3, 5), 0);
  equal(worstAtK(1024, 1024, 1024), 1);
});

Deno.test("majorityAtK() counts every draw", () => {
  // Every combination enumerated with itertools.combinations, ties shared, in fractions.
  const cases: readonly (readonly [Votes, number, number])[] = [
    [{ right: 3, wrong: [2, 2], none: 1 }, 3, 13 / 28],
    [{ right: 4, wrong: [3, 2, 1, 1], none: 1 }, 4, 686 / 1485],
    [{ right: 4, wrong: [3, 2, 1, 1], none: 1 }, 6, 2579 / 4620],
    [{ right: 2, wrong: [1, 1, 1, 1, 1, 1], none: 0 }, 4, 5 / 14],
    [{ right: 5, wrong: [6], none: 1 }, 7, 37 / 99],
    [{ right: 1, wrong: [], none: 5 }, 3, 1 / 2],
    [{ right: 4, wrong: [4, 4, 4], none: 0 }, 8, 1 / 4],
    [{ right: 6, wrong: [5, 3, 1], none: 1 }, 2, 2 / 5],
    [{ right: 4, wrong: [4, 4, 4], none: 0 }, 16, 1 / 4],
    [{ right: 0, wrong: [], none: 4 }, 4, 0],
  ];
  for (const [votes, k, expected] of cases) close(majorityAtK(votes, [k], random)[0]!, expected);
});

Deno.test("majorityAtK() estimates what is too much to count, the same way for the same place", () => {
  // 65 responses of which one is silent: the estimate must be near the exact value for the other 64.
  const exact = majorityAtK({ right: 24, wrong: [22, 18], none: 0 }, [4, 16], random);
  const votes = { right: 24, wrong: [22, 18], none: 1 };
  const estimated = majorityAtK(votes, [1, 4, 16, 65], random.at("estimate"));
  equal(estimated[0], 24 / 65);
  equal(estimated[3], 1);
  // One silent vote among 65 moves the chance by less than 0.005; 1,000 draws err by 4 × 0.0158 at most.
  close(estimated[1]!, exact[0]!, 0.068);
  close(estimated[2]!, exact[1]!, 0.068);
  deepEqual(majorityAtK(votes, [1, 4, 16, 65], random.at("estimate")), estimated);
  // The same draws, whatever else is asked for.
  equal(majorityAtK(votes, [16], random.at("estimate"))[0], estimated[2]);
});

const votesArbitrary = fc.record({
  right: fc.nat(12),
  wrong: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }),
  none: fc.nat(4),
}).filter(({ right, wrong, none }) => right + wrong.length + none > 0);
const total = ({ right, wrong, none }: Votes) => wrong.reduce((a, b) => a + b, right + none);

Deno.test("pass@1, worst@1 and majority@1 are the mean; more responses help passing and hurt the worst", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1024 }), fc.nat(1024), (n, some) => {
    const correct = some % (n + 1), draws = drawSizes(n);
    equal(passAtK(n, correct, 1), correct / n);
    close(worstAtK(n, correct, 1), correct / n);
    const pass = draws.map((k) => passAtK(n, correct, k));
    const worst = draws.map((k) => worstAtK(n, correct, k));
    for (let i = 1; i < draws.length; i++) {
      ok(pass[i]! >= pass[i - 1]! - 1e-12 && worst[i]! <= worst[i - 1]! + 1e-12);
    }
    equal(pass.at(-1), correct > 0 ? 1 : 0);
    equal(worst.at(-1), correct === n ? 1 : 0);
  }));
});

Deno.test("majorityAtK() lies between the worst and passing, and is the mean for one", () => {
  fc.assert(fc.property(votesArbitrary, (votes) => {
    const n = total(votes), draws = Array.from({ length: n }, (_, i) => i + 1);
    const majority = majorityAtK(votes, draws, random);
    equal(majority[0], votes.right / n);
    draws.forEach((k, i) => {
      ok(majority[i]! >= worstAtK(n, votes.right, k) - 1e-12, `${k}`);
      ok(majority[i]! <= passAtK(n, votes.right, k) + 1e-12, `${k}`);
    });
  }));
});

Deno.test("majorityAtK() of answers that all differ is the mean for two, and a shared vote for all", () => {
  const votes = { right: 1, wrong: [1, 1, 1], none: 0 };
  deepEqual(majorityAtK(votes, [1, 2, 4], random), [0.25, 0.25, 0.25]);
});

Deno.test("countVotes() takes right answers as one, and knows silence", () => {
  const answers = ["1/2", "0.5", "3", null, "3", "4"];
  deepEqual(countVotes(answers, (i) => i < 2), { right: 2, wrong: [2, 1], none: 1 });
});

Deno.test("drawSizes() doubles, and ends at the number of responses", () => {
  deepEqual(drawSizes(1), [1]);
  deepEqual(drawSizes(8), [1, 2, 4, 8]);
  deepEqual(drawSizes(12), [1, 2, 4, 8, 12]);
});

Deno.test("passAtK() refuses impossible draws", () => {
  throws(() => passAtK(4, 5, 1), /expected 0 ≤ correct ≤ n and 1 ≤ k ≤ n, got n = 4, correct = 5/);
  throws(() => worstAtK(4, 1, 5), RangeError);
  throws(() => majorityAtK({ right: 1, wrong: [], none: 0 }, [0], random), RangeError);
});
