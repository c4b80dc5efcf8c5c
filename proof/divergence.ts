/** A step at which the shipped code does something else than the model says. */
export class Divergence extends Error {}

/** A step of the model that no caller of the shipped code can cause. */
export class NotReplayable extends Error {}
