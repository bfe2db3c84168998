import { deepEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { decodeTensors } from "../core/safetensors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

const checkpoint = {
  step: 3,
  steps: 70,
  recordsBytes: 1234,
  seconds: 5.5,
  dropped: ["policies/step-000001.safetensors"],
  best: { step: 2, accuracy: 0.25 },
  snapshot: Uint8Array.of(1, 2, 3, 4, 5),
};

Deno.test("decodeCheckpoint() gives what encodeCheckpoint() was given, for any snapshot", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (snapshot) => {
    const given = { ...checkpoint, snapshot };
    deepEqual(decodeCheckpoint(encodeCheckpoint(given), "checkpoint"), given);
  }));
});

Deno.test("decodeCheckpoint() refuses every cut of a file, with what to do", () => {
  const bytes = encodeCheckpoint(checkpoint);
  for (let length = 0; length < bytes.length; length++) {
    throws(
      () => decodeCheckpoint(bytes.subarray(0, length), "runs/x/checkpoint.safetensors"),
      /^StoreError: runs\/x\/checkpoint\.safetensors: expected .*, got .*--force --filter x$/,
    );
  }
});

Deno.test("decodeCheckpoint() refuses a longer file and any changed byte of the snapshot", () => {
  const bytes = encodeCheckpoint(checkpoint);
  throws(() => decodeCheckpoint(new Uint8Array([...bytes, 0]), "c"), /c: expected \d+ bytes, got/);
  for (let i = bytes.length - checkpoint.snapshot.length; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i]! ^= 1;
    throws(() => decodeCheckpoint(changed, "c"), /content with digest/);
  }
});

Deno.test("decodeCheckpoint() refuses another safetensors file", () => {
  const other = encodeCheckpoint(checkpoint);
  const text = new TextDecoder("latin1").decode(other).replace(
    "vasari checkpoint 1",
    "vasari checkpoint 9",
  );
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  throws(
    () => decodeCheckpoint(bytes, "c"),
    /expected vasari checkpoint 1, got vasari checkpoint 9/,
  );
  throws(() => decodeTensors(other), /U8/, "a checkpoint is not mistaken for a policy");
});
