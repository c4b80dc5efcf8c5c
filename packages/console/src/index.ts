// Public names in the order in which a reader meets them.

export type { AccentColors } from './accent.ts'
export type { Access, OperatorAccess, OwnerAccess } from './access.ts'
export type { BackLink } from './appearance.ts'
export { type Console, createConsole, type RequestContext } from './console.ts'
export type { ConsoleOptions, IssueLimitOptions } from './options.ts'
