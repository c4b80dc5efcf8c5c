import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'

declare module '@bearward/express' {
  interface Register {
    auth: AuthInfo
  }
}
