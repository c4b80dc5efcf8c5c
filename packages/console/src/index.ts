// Public names in the order in which a reader meets them.

export type { Access, OperatorAccess, OwnerAccess } from './access.ts'
export { type Console, createConsole, type RequestContext } from './console.ts'
export type { ConsoleOptions, IssueLimitOptions } from './options.ts'
