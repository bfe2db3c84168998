/**
 * Named float vectors with a few text fields as one block of bytes, in the safetensors format:
 * a 64-bit header length, a JSON header, then the raw little-endian data.
 */
import { StoreError } from "./errors.ts";

/** Vectors and text fields. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

const METADATA = "__metadata__";

/** The bytes of a safetensors file; every vector has one axis. */
export function encodeTensors({ metadata, tensors }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let offset = 0;
  for (const [name, data] of Object.entries(tensors)) {
    header[name] = {
      dtype: "F32",
      shape: [data.length],
      data_offsets: [offset, offset += data.byteLength],
    };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8; // data aligned to 8 bytes, the header padded with spaces
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const data of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * What {@link encodeTensors} wrote.
 *
 * Errors: a StoreError that says what is missing when the bytes were cut short or are something else.
 */
export function decodeTensors(bytes: Uint8Array, file = "checkpoint"): TensorFile {
  const broken = (expected: string, got: string) =>
    new StoreError(`${file}: expected ${expected}, got ${got}`);
  if (bytes.length < 8) throw broken("a safetensors file", `${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + length > bytes.length) {
    throw broken(`a header of ${length} bytes`, `${bytes.length} bytes in all`);
  }
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw broken("a JSON header", "something else");
  }
  const { [METADATA]: metadata = {}, ...entries } = header;
  const tensors: Record<string, Float32Array> = {};
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, data_offsets: offsets } = entry as {
      dtype: string;
      data_offsets: [number, number];
    };
    if (dtype !== "F32") throw broken(`type F32 for ${name}`, dtype);
    const from = 8 + length + offsets[0], to = 8 + length + offsets[1];
    if (to > bytes.length) throw broken(`${to} bytes`, `${bytes.length}`);
    tensors[name] = new Float32Array(bytes.slice(from, to).buffer);
    end = Math.max(end, to);
  }
  if (end !== bytes.length && Object.keys(tensors).length > 0) {
    throw broken(`${end} bytes`, `${bytes.length}`);
  }
  return { metadata: metadata as Record<string, string>, tensors };
}
