/** `planeGeometry` → `plane geometry`. */
export function familyName(family: string): string {
  return family.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
