import { equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { probe } from "./probe.ts";

const CPU = { backend: "onnx", device: "cpu" } as const;

Deno.test("the processor computes what it should", async () => {
  const { ok: works, seconds, detail } = await probe(CPU);
  equal(detail, "");
  ok(works && seconds > 0);
});

Deno.test("a process that hangs, aborts or is silent is a result, with its last words", async () => {
  const folder = Deno.makeTempDirSync();
  const probeWith = async (code: string, timeoutMs = 60_000) => {
    const path = join(folder, `${crypto.randomUUID()}.ts`);
    Deno.writeTextFileSync(path, code);
    const result = await probe(CPU, { worker: pathToFileURL(path).href, timeoutMs });
    equal(result.ok, false);
    return result.detail;
  };
  try {
    match(await probeWith("for (;;);", 400), /^the process gave no answer within 0\.4 s$/);
    match(
      await probeWith("console.error('lost the device'); Deno.exit(3);"),
      /exit code 3: lost the device$/,
    );
    match(await probeWith("process.kill(process.pid, 'SIGABRT');"), /ended with/);
    match(await probeWith("console.log('no JSON');"), /^the process said nothing$/);
    match(
      await probeWith(
        `console.error("E: Failed to load library /x/y.so with error: libz.so.1: no such file");
         console.log(JSON.stringify({ ok: false, seconds: 1, detail: "Failed to load shared library" }));`,
      ),
      /^libz\.so\.1: no such file$/,
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
