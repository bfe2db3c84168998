/**
 * Writes `reference.json`: losses and gradients of the fixture by ONNX Runtime on one processor thread, whose
 * gradients the tests compare with finite differences and with TensorFlow.js.
 *
 * To be run again where the fixture changes: `deno run -A lib/engine/conformance/make_reference.ts`.
 */
import { openRuntime } from "../../backend/open_runtime.ts";
import { ONE_THREAD } from "../../backend/target.ts";
import { measure } from "./measure.ts";

if (import.meta.main) {
  const measurement = await measure(await openRuntime(ONE_THREAD));
  const path = new URL("./reference.json", import.meta.url);
  await Deno.writeTextFile(path, `${JSON.stringify(measurement, null, 1)}\n`);
}
