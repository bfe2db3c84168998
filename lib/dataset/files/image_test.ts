import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { encodeGreyPng } from "../../core/png.ts";
import { fitImage, type GreyImage } from "./grey.ts";
import { decodeImage, imageSize } from "./image.ts";
import type { ImageSource } from "./row.ts";

/** Written by Pillow, or by hand where it cannot write what it reads; grey levels as Pillow reads them. */
interface Sample {
  readonly name: string;
  readonly base64: string;
  readonly width: number;
  readonly height: number;
  readonly tolerance: number;
  readonly grey: readonly number[];
}
const SAMPLES: readonly Sample[] = JSON.parse(
  Deno.readTextFileSync(new URL("testdata/images.json", import.meta.url)),
).images;

const source = (bytes: Uint8Array): ImageSource => ({ kind: "bytes", bytes, name: null });
const sample = (name: string) =>
  Uint8Array.fromBase64(SAMPLES.find((sample) => sample.name === name)!.base64);

for (const { name, base64, width, height, tolerance, grey } of SAMPLES) {
  Deno.test(`decodeImage() reads what Pillow reads: ${name}`, async () => {
    const bytes = Uint8Array.fromBase64(base64);
    const size = imageSize(source(bytes));
    deepEqual([size.width, size.height], [width, height]);
    const image = await decodeImage(source(bytes));
    deepEqual([image.width, image.height], [width, height]);
    grey.forEach((level, i) => {
      const difference = Math.abs(image.pixels[i]! - level);
      ok(difference <= tolerance, `pixel ${i}: ${image.pixels[i]} for ${level}`);
    });
  });
}

Deno.test("encodeGreyPng() and decodeImage() keep 8 bits of every pixel", async () => {
  const grey = Float32Array.from({ length: 256 }, (_, i) => i / 255);
  const { pixels } = await decodeImage(source(encodeGreyPng(grey, 32, 8)));
  deepEqual(pixels, grey);
});

for (const name of ["colour", "JPEG"]) {
  Deno.test(`decodeImage() refuses a ${name} picture that is cut off anywhere`, async () => {
    const bytes = sample(name);
    for (const length of [0, 3, 8, 20, 40, bytes.length >> 1, bytes.length - 2]) {
      const cut = source(bytes.slice(0, length));
      await rejects(decodeImage(cut), { name: "RowFault" }, `${length} bytes`);
      throws(() => imageSize(cut), { name: "RowFault" }, `${length} bytes`);
    }
  });
}

Deno.test("decodeImage() refuses a PNG with a changed byte", () => {
  const bytes = sample("colour");
  bytes[50]! ^= 1;
  throws(() => imageSize(source(bytes)), /image: expected a whole PNG, got a damaged IDAT chunk/);
});

Deno.test("decodeImage() unpacks no more than the picture's size", async () => {
  const large = encodeGreyPng(new Float32Array(4_000_000), 2000, 2000);
  const small = encodeGreyPng(new Float32Array(4), 2, 2);
  const bomb = new Uint8Array([...small.slice(0, 33), ...large.slice(33)]); // header of the small one
  const { width } = await decodeImage(source(bomb)).catch(() => ({ width: null }));
  equal(width, null);
});

Deno.test("imageSize() says what it got instead of a picture", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["GIF89a.......", /expected a PNG or a JPEG, got a GIF/],
    ["RIFF....WEBPVP8 ", /got a WebP/],
    ["<svg xmlns=''></svg>", /got markup/],
    ["hello, world", /got something else/],
  ];
  for (const [text, message] of cases) {
    throws(() => imageSize(source(new TextEncoder().encode(text))), message);
  }
  const missing: ImageSource = { kind: "path", path: "/nowhere/a.png" };
  throws(() => imageSize(missing), /image \/nowhere\/a\.png: there is no such file/);
});

/** A picture by a formula. */
function picture(width: number, height: number, at: (x: number, y: number) => number): GreyImage {
  const pixels = Float32Array.from(
    { length: width * height },
    (_, i) => at(i % width, Math.floor(i / width)),
  );
  return { width, height, pixels };
}

Deno.test("fitImage() leaves a picture of the right size as it is", () => {
  const image = picture(16, 16, (x, y) => (16 * y + x) / 255);
  deepEqual(fitImage(image), image.pixels);
});

Deno.test("fitImage() averages over the area of a pixel", () => {
  // Worked by hand: 24 → 16 takes 1.5 old pixels per new one, so 0 and half of 1, half of 1 and 2.
  const ramp = fitImage(picture(24, 24, (x) => x / 24));
  const near = (got: number, want: number) => ok(Math.abs(got - want) < 1e-6, `${got} for ${want}`);
  near(ramp[0]!, (0 + 0.5 * 1) / 1.5 / 24);
  near(ramp[1]!, (0.5 * 1 + 2) / 1.5 / 24);
  near(ramp[15 * 16 + 15]!, (22 * 0.5 + 23) / 1.5 / 24);
  const blocks = fitImage(picture(64, 64, (x, y) => (x + y) % 2)); // 4 × 4 old pixels per new one
  ok(blocks.every((grey) => Math.abs(grey - 0.5) < 1e-6));
});

Deno.test("fitImage() keeps the proportions and pads with black", () => {
  const wide = fitImage(picture(64, 32, () => 1));
  const tall = fitImage(picture(3, 48, () => 1));
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const grey = wide[16 * y + x]!;
      equal(grey, y >= 4 && y < 12 ? 1 : 0, `${x}, ${y}`);
    }
  }
  // 3 of 48 columns are one of 16, in the middle of the sixteen: half on either side of it.
  deepEqual(
    [...tall.slice(0, 16)],
    Array.from({ length: 16 }, (_, x) => x === 7 || x === 8 ? 0.5 : 0),
  );
});

Deno.test("fitImage() keeps the mean of a square picture of any size, also of a smaller one", () => {
  for (const side of [1, 2, 5, 15, 17, 31, 100]) {
    const image = picture(side, side, (x, y) => ((x * 7 + y * 13) % 11) / 10);
    const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
    ok(Math.abs(mean(fitImage(image)) - mean(image.pixels)) < 1e-6, `side ${side}`);
  }
});
