/**
 * A run's checkpoint: the engine's snapshot with the place in the records that belongs to it, as one
 * safetensors file (a 64-bit header length, a JSON header, then the bytes).
 */
import { createHash } from "node:crypto";
import { StoreError } from "../core/errors.ts";
import type { BestPolicy } from "../engine/engine_step.ts";
import { remedy } from "./task.ts";

/** Where a run can go on from. */
export interface Checkpoint {
  /** Steps finished, of how many. */
  readonly step: number;
  readonly steps: number;
  /** Length of `records.jsonl` at that moment: what lies beyond is done again. */
  readonly recordsBytes: number;
  /** Wall-clock seconds of work so far, over all executions. */
  readonly seconds: number;
  /** Policies that are not to be kept beyond this checkpoint: paths below the run's folder. */
  readonly dropped: readonly string[];
  readonly best: BestPolicy | null;
  /** The engine's state. */
  readonly snapshot: Uint8Array;
}

const FORMAT = "vasari checkpoint 1";

function digestOf(state: string, snapshot: Uint8Array): string {
  return createHash("sha256").update(state).update(snapshot).digest("hex");
}

/** The bytes of a checkpoint file. */
export function encodeCheckpoint({ snapshot, ...state }: Checkpoint): Uint8Array {
  const stateText = JSON.stringify(state);
  const header = new TextEncoder().encode(JSON.stringify({
    __metadata__: { format: FORMAT, state: stateText, digest: digestOf(stateText, snapshot) },
    snapshot: { dtype: "U8", shape: [snapshot.length], data_offsets: [0, snapshot.length] },
  }));
  const bytes = new Uint8Array(8 + header.length + snapshot.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(snapshot, 8 + header.length);
  return bytes;
}

/**
 * What {@link encodeCheckpoint} wrote.
 *
 * Errors: a {@link StoreError} that says what was expected, what came, and what to do, when the file has the
 * wrong size or does not carry the digest of its content.
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const broken = (expected: string, got: string) =>
    new StoreError(
      `${file}: expected ${expected}, got ${got}; ${remedy(file)}`,
    );
  if (bytes.length < 8) throw broken("a checkpoint", `${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) {
    throw broken(`a header of ${length} bytes`, `${bytes.length} bytes in all`);
  }
  const { __metadata__: metadata, snapshot: entry } = parseHeader(bytes.subarray(8, 8 + length));
  if (metadata?.format !== FORMAT || entry === undefined) {
    throw broken(FORMAT, metadata?.format ?? "another file");
  }
  const size = 8 + length + entry.data_offsets[1];
  if (bytes.length !== size) throw broken(`${size} bytes`, `${bytes.length}`);
  const snapshot = bytes.slice(8 + length);
  const digest = digestOf(metadata.state, snapshot);
  if (digest !== metadata.digest) {
    throw broken(`content with digest ${metadata.digest.slice(0, 12)}`, digest.slice(0, 12));
  }
  return { ...JSON.parse(metadata.state), snapshot };
}

interface Header {
  readonly __metadata__?: {
    readonly format: string;
    readonly state: string;
    readonly digest: string;
  };
  readonly snapshot?: { readonly data_offsets: readonly [number, number] };
}

function parseHeader(bytes: Uint8Array): Header {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
}
