/** How colours look to readers with other cones, and how far apart they are: for tests of the palette. */

/** Red, green and blue in [0, 1], linear in light. */
type Rgb = readonly [number, number, number];

/**
 * What is seen without one kind of cone, on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1.0).
 */
export const VISIONS: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Rgb {
  const channel = (i: number) => {
    const value = Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(0), channel(1), channel(2)];
}

const dot = (a: Rgb, b: Rgb) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const luminance = (rgb: Rgb) => dot(rgb, [0.2126, 0.7152, 0.0722]);

/** Contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** L*, a*, b* under D65 of a colour as it is seen. */
function lab(hex: string, vision: readonly [Rgb, Rgb, Rgb]): Rgb {
  const rgb = linear(hex);
  const seen = vision.map((row) => Math.min(1, Math.max(0, dot(row, rgb)))) as unknown as Rgb; // three rows
  const f = (t: number) => t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  const x = f(dot(seen, [0.4124, 0.3576, 0.1805]) / 0.95047);
  const y = f(luminance(seen));
  const z = f(dot(seen, [0.0193, 0.1192, 0.9505]) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ΔE*ab (CIE 1976) of two colours as they are seen: about 2 can just be told apart side by side. */
export function distance(a: string, b: string, vision: readonly [Rgb, Rgb, Rgb]): number {
  const p = lab(a, vision), q = lab(b, vision);
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}
