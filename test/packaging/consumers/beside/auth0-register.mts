import type { AuthResult } from 'express-oauth2-jwt-bearer'

declare module '@bearward/express' {
  interface Register {
    auth: AuthResult
  }
}
