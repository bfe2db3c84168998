/** `serve-reward`: a reward model of rules over HTTP. */
import { ConfigError } from "../core/errors.ts";
import { serveReward } from "../reward/serve.ts";
import { STOP_SIGNALS } from "../runner/signals.ts";
import type { Arguments } from "./arguments.ts";
import { EXIT } from "./exit.ts";

/** Serves until a signal asks for the end; what was asked before is still answered. */
export async function serveRewardCommand({ port, verifier }: Arguments): Promise<number> {
  const server = await openServer(port, verifier);
  const stop = () => void server.shutdown();
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, stop);
  await server.finished;
  for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, stop);
  return EXIT.done;
}

async function openServer(port: number, verifier: Arguments["verifier"]) {
  const onListen = (url: string) =>
    console.log(`reward model: ${url} (verifier ${verifier}; Ctrl-C ends it)`);
  try {
    return await serveReward({ port, verifier, onListen });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ConfigError("--port", `expected a free port, got ${port}, which is in use`);
  }
}
