/** Exit codes. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongInput: 2,
  nothingMatched: 3,
  /** 128 + the number of the signal. */
  interrupted: 130,
  terminated: 143,
} as const;
