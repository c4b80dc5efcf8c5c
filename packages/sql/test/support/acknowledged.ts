/** What a worker was told, and when it had asked. Times are nanoseconds of the clock that all processes of a machine share. */
interface Acknowledged {
  readonly op: 'issue' | 'update' | 'disable' | 'enable' | 'rotate' | 'revoke'
  readonly keyId: string
  /** Unlike any other; stands in the audit entries of the change. */
  readonly reason: string
  readonly startedAt: number
  readonly endedAt: number
}

/** A key was accepted. */
interface Accepted {
  readonly op: 'verify'
  readonly keyId: string
  readonly startedAt: number
  readonly endedAt: number
}

/** Something failed that was not a refusal. */
interface Failed {
  readonly op: 'failed'
  readonly message: string
}

export type Report = Acknowledged | Accepted | Failed
