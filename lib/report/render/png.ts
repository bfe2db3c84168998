/** SVG → PNG, without a browser. */
import { loadResvg } from "../../../deps.ts";

type Renderer = (svg: string, scale: number) => Uint8Array;

async function createRenderer(): Promise<Renderer> {
  const { initialize, Resvg, fonts } = await loadResvg();
  await initialize();
  return (svg, scale) => {
    const [, , , width] = /viewBox="([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)"/.exec(svg)!;
    const drawing = new Resvg(withPaintOpacity(svg), {
      fitTo: { mode: "width", value: Math.round(scale * Number(width)) },
      font: {
        loadSystemFonts: false, // the same picture on every machine
        fontBuffers: [...fonts],
        defaultFontFamily: "Arimo",
        sansSerifFamily: "Arimo",
      },
    });
    try {
      const image = drawing.render(), png = image.asPng();
      image.free();
      return png;
    } finally {
      drawing.free();
    }
  };
}

/** Group opacity of a shape that is only filled or only stroked as that of its paint: five times as fast. */
function withPaintOpacity(svg: string): string {
  return svg.replace(/<path [^>]*>/g, (tag) => {
    const isBoth = / fill="(?!none|transparent)/.test(tag) &&
      / stroke="(?!none|transparent)/.test(tag);
    return isBoth
      ? tag
      : tag.replace(/ opacity="([^"]*)"/, ' fill-opacity="$1" stroke-opacity="$1"');
  });
}

let renderer: Promise<Renderer> | null = null; // the WebAssembly module may be initialised once

/**
 * The drawing as a PNG of `scale` pixels for each of its own, with text in Arimo.
 *
 * @param svg stands alone: no variables, no references to files; with a `viewBox`
 */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  renderer ??= createRenderer();
  return (await renderer)(svg, scale);
}
