import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { deadlineIn } from "./deadline.ts";
import { loadSymbolicEvaluation } from "./symbolic.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const evaluate = await loadSymbolicEvaluation();
const never = () => false;

Deno.test("an expression without letters has one value, one with letters several", () => {
  deepEqual(evaluate("\\log_2(8)", never), [{ re: 3, im: 0 }]);
  const values = evaluate("\\sin(x)", never)!;
  equal(values.length, 6);
  ok(values.every(({ re, im }) => Math.abs(re) <= 1 && im === 0));
});

Deno.test("what the library is not shown has no value", () => {
  for (
    const text of [
      "\\sum_{i=1}^{9} i",
      "\\int_0^1 x dx",
      "x := 5",
      "\\begin{cases}1\\end{cases}",
      "9!!",
      "(9!)!",
      "\\sin(2)^{9999}",
      "\\sin(9^{9^{9}})",
      "\\sin((9^{99})^{99})",
      "\\sin(9^{(9999)(9999)})",
      "\\sin(9^(9999*9999))",
      "\\sin(9^{-\\frac{99999}{1}})",
      "\\sin(--x)",
      "\\sin(x",
      "\\sin(x))",
      `\\sin(${"x+".repeat(100)}1)`,
      "",
    ]
  ) equal(evaluate(text, never), null, `“${text}”`);
});

Deno.test("nothing is read after the time is up", () => {
  equal(evaluate("\\sin(1)", () => true), null);
});

Deno.test("deadlineIn() waits for the wall clock and for the processor", () => {
  const isTimeUp = deadlineIn(20);
  ok(!isTimeUp());
  const begin = performance.now();
  while (!isTimeUp()) ok(performance.now() - begin < 5000);
  ok(performance.now() - begin >= 15);
});

Deno.test("the library needs no permission that a worker process does not have", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ..."run --quiet --no-prompt --cached-only --no-check --allow-read --allow-sys=hostname".split(
        " ",
      ),
      "-",
    ],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(
    'import { loadVerifier } from "./lib/reward/verify.ts";' +
      'const math = await loadVerifier("math");' +
      'console.log(math("\\\\boxed{\\\\sin^2 x}", { answer: "1-\\\\cos^2 x" }));',
  ));
  await writer.close();
  const { stdout, stderr } = await process.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  equal(text(stdout), "1\n", text(stderr));
});
