// What formats of other systems' tokens are written with: `@bearward/core/formats`.

export { checksum, crc32 } from './checksum.ts'
export { type Turns, takeTurns } from './turns.ts'
export type { Turn } from './waiting-room.ts'
