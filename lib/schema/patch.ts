/**
 * Changes to settings, in the shape of the settings, so that a misspelt field does not compile.
 *
 * One rule everywhere: what has a `kind` replaces, a bare object refines. `kind?: never` stays in every bare
 * shape: a component without further fields would leave an empty shape, and with it in a union any misspelt
 * field would compile.
 */

/** The fields of `T` one wishes to change; what is left out stays. */
export type FieldPatches<T> = {
  readonly [K in keyof T]?: K extends "kind" ? never : Patch<T[K]>;
};

/** A change to a `T`: a whole new component (it has `kind`), or some of the fields it has. */
export type Patch<T> = T extends readonly unknown[] ? T
  : T extends { readonly kind: string } ? T | FieldPatches<T>
  : T extends object ? FieldPatches<T>
  : T;

/** The shape of the settings, where a list means "each of these". */
export type Axes<T> = {
  readonly [K in keyof T]?: K extends "kind" ? never : Axis<T[K]>;
};

/** One field's axis: a list of values, one fixed value, or axes further in. A list field needs a list of lists. */
export type Axis<T> = readonly Patch<T>[] | FixedOrInner<T>;

type FixedOrInner<T> = T extends readonly unknown[] ? never
  : T extends { readonly kind: string } ? T | Axes<T>
  : T extends object ? Axes<T>
  : T;
