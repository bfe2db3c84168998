/** What `doctor` finds: one thing of the machine or the installation. */

/** `absent` is something that can be done without, `broken` something that is there and does not work. */
export type FindingState = "ok" | "absent" | "broken";

/** One line of the report. */
export interface Finding {
  /** The group it is shown in. */
  readonly area: string;
  readonly name: string;
  readonly state: FindingState;
  readonly detail: string;
  /** What to do about it; "" when nothing has to be done. */
  readonly fix: string;
  /** Runs on the processor need it. */
  readonly isNeeded: boolean;
}

/** A {@link Finding} from its parts. */
export function finding(
  area: string,
  name: string,
  state: FindingState,
  detail: string,
  { fix = "", isNeeded = false }: { readonly fix?: string; readonly isNeeded?: boolean } = {},
): Finding {
  return { area, name, state, detail, fix, isNeeded };
}
