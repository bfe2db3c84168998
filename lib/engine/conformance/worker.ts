/** Runs the conformance suite in a process of its own: `worker.ts COMPUTE UPDATES`, both JSON, one line per case. */
import { RESULT, runConformance } from "./run.ts";

if (import.meta.main) {
  const [compute, updates] = Deno.args.map((text) => JSON.parse(text));
  console.info = console.log = console.error; // the output stream carries results only
  const send = (value: unknown) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`\n${RESULT}${JSON.stringify(value)}\n`));
  for await (const result of runConformance(compute, updates)) send(result);
  Deno.exit(0); // before native code tears itself down, which has been seen to fail after the work was done
}
