/** Does the work this many times and answers how often it ended as it should. */
export type Run = (iterations: number) => number | Promise<number>

/** What can be measured together, by name. Made anew in each process that measures one of them. */
export type Suite = Readonly<Record<string, (size: number) => Run | Promise<Run>>>
