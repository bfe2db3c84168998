/** Sampling 40 tokens of 256 rollouts against a PyTorch loop and Hugging Face's `generate`. */
import { openRuntime } from "../lib/backend/open_runtime.ts";
import { decodeTensors } from "../lib/core/safetensors.ts";
import { PolicyRuntime } from "../lib/engine/policy_runtime.ts";
import { type Comparison, inTurns, type PeerBenchOptions, secondsOf } from "./comparison.ts";
import { Peer } from "./peer.ts";
import {
  GROUP,
  policyWork,
  type Preset,
  presetsOf,
  PROMPTS,
  ROLLOUTS,
  TOKENS,
  workFile,
} from "./policy_work.ts";
import { compareSamples, rolloutRandom, uniformsOf } from "./rollout_work.ts";

const KINDS = [
  { kind: "eager", label: "PyTorch loop over a cache", target: 3 },
  { kind: "compiled", label: "PyTorch loop, compiled", target: null },
  { kind: "transformers", label: "Transformers generate", target: 10 },
] as const;

/** Rollouts of the 0.8 M and the 10 M policy: 32 prompts of 24 positions, 8 responses of 40 tokens each. */
export async function* rolloutComparisons(options: PeerBenchOptions): AsyncGenerator<Comparison> {
  for (const preset of presetsOf(options.quick)) yield* comparisonsOf(preset, options);
}

async function* comparisonsOf(
  preset: Preset,
  { threads, quick, clock }: PeerBenchOptions,
): AsyncGenerator<Comparison> {
  const work = policyWork(preset), random = rolloutRandom();
  const folder = await Deno.makeTempDir();
  const peers = threads.map((count) => ({ count, peer: new Peer("rollout.py", count, clock) }));
  const own = await Promise.all(threads.map(async (count) => {
    const runtime = await openRuntime({ backend: "onnx", device: "cpu", threads: count });
    const policy = new PolicyRuntime(runtime, work.shape);
    const parameters = await policy.parameters(work.parameters);
    const generate = () => policy.generate(parameters, work.prompts, GROUP, 1, random);
    return { name: `ours ${count}`, count, policy, generate };
  }));
  try {
    const file = `${folder}/work.safetensors`, saved = `${folder}/saved.safetensors`;
    const uniforms = uniformsOf(random, work.batch);
    await Deno.writeFile(
      file,
      workFile(work, { arrays: { uniforms: [uniforms, [TOKENS, ROLLOUTS]] } }),
    );
    const expected = await own[0]!.generate();
    const notes = new Map<string, string>([[
      "transformers",
      "another model of the same size: shapes only",
    ]]);
    for (const { peer } of peers) {
      for (const { kind } of KINDS) {
        await peer.ask("prepare", { name: kind, file, kind });
        if (kind === "transformers") continue;
        await peer.ask("save", { name: kind, file: saved });
        notes.set(
          kind,
          compareSamples(expected, decodeTensors(await Deno.readFile(saved), saved).tensors),
        );
      }
    }
    for (const { generate } of own) await generate();
    const seconds = await inTurns(quick ? 2 : preset === "small" ? 9 : 3, {
      ...Object.fromEntries(
        own.map(({ name, generate }) => [name, () => secondsOf(generate, clock)]),
      ),
      ...Object.fromEntries(
        peers.flatMap(({ count, peer }) =>
          KINDS.map(({ kind }) => [
            `${kind} ${count}`,
            () => peer.seconds("measure", { name: kind }),
          ])
        ),
      ),
    });
    const fastest = (name: string) =>
      threads.map((count) => ({ count, seconds: seconds[`${name} ${count}`]! }))
        .sort((a, b) => a.seconds - b.seconds)[0]!;
    const ours = fastest("ours");
    for (const { kind, label, target } of KINDS) {
      const theirs = fastest(kind);
      yield {
        part: "rollout",
        work: `${PROMPTS} × ${GROUP} × ${TOKENS} tokens, ${work.size}`,
        peer: label,
        ours: ours.seconds,
        theirs: theirs.seconds,
        settings: `threads: ours ${ours.count}, theirs ${theirs.count}`,
        target,
        note: notes.get(kind)!,
      };
    }
  } finally {
    for (const { policy } of own) await policy.release();
    for (const { peer } of peers) await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
}
