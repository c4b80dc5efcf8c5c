/** How a command ends. */
export type Ending =
  | 'ok'
  | 'found'
  | 'usage'
  | 'configuration'
  | 'unreachable'
  | 'denied'
  | 'refused'
  | 'unconfirmed'
  | 'runtime'
  | 'defect'

/** The exit code that says how a command ended. Scripts rely on these: a code never changes its meaning. */
export const EXIT_CODES: Readonly<Record<Ending, number>> = Object.freeze({
  /** Done. The answer, if one was asked for, is yes, or nothing was found. */
  ok: 0,
  /** Done, and the answer is no, or something was found. */
  found: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The configuration, in a file or in the environment, is missing or wrong. */
  configuration: 3,
  /** The store, or another service, cannot be reached. */
  unreachable: 4,
  /** A file, a folder or the store may not be read or written, or is not there. A scan has not read all, and found nothing. */
  denied: 5,
  /** The keyring refuses: there is no such key, or its state forbids what was asked. */
  refused: 6,
  /** The change is committed, and not every process is known to have heard of it. */
  unconfirmed: 7,
  /** This version of Node is too old for the program. */
  runtime: 8,
  /** A defect of this program. */
  defect: 70,
})
