/** Cuts an image into the patches the policy reads. */
import { IMAGE_SIDE } from "../dataset/prompt.ts";
import { IMAGE_PATCHES, PATCH_PIXELS, PATCH_SIDE } from "./parameters.ts";

/** Patches row by row, each row by row; zeros for a text-only prompt. [IMAGE_PATCHES * PATCH_PIXELS] */
export function patchesOf(image: Float32Array | null): Float32Array {
  const patches = new Float32Array(IMAGE_PATCHES * PATCH_PIXELS);
  if (image === null) return patches;
  const perRow = IMAGE_SIDE / PATCH_SIDE;
  for (let y = 0; y < IMAGE_SIDE; y++) {
    for (let x = 0; x < IMAGE_SIDE; x++) {
      const patch = Math.floor(y / PATCH_SIDE) * perRow + Math.floor(x / PATCH_SIDE);
      const pixel = (y % PATCH_SIDE) * PATCH_SIDE + x % PATCH_SIDE;
      patches[patch * PATCH_PIXELS + pixel] = image[y * IMAGE_SIDE + x]!;
    }
  }
  return patches;
}
