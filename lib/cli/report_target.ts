/** How a set-up ends: what is still missing, or how a try went. */
import { missingFiles, type Places } from "../backend/device_libraries.ts";
import { probe } from "../backend/probe.ts";
import type { Target } from "../backend/target.ts";
import { EXIT } from "./exit.ts";

/** Says what `target` still lacks; where it lacks nothing, tries it. The exit code: done where it works. */
export async function reportTarget(target: Target, name: string, places?: Places): Promise<number> {
  const missing = missingFiles(target, places);
  for (const { file, neededBy, fix } of missing) {
    const asker = neededBy === null ? "" : `, which ${neededBy} asks for`;
    console.log(`missing: ${file}${asker}: ${fix}`);
  }
  if (missing.length > 0) return EXIT.failed;
  const { ok, seconds, detail } = await probe(target);
  console.log(
    ok
      ? `${name} computes what it should, tried in ${seconds.toFixed(1)} s`
      : `${name}: everything is there, and it does not work: ${detail}; \`deno task doctor\` says more`,
  );
  return ok ? EXIT.done : EXIT.failed;
}
