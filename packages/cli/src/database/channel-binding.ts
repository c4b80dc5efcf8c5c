import type { Client } from 'pg'
import type { ServerAddress } from '../address/address.ts'

type ClientClass = typeof Client
type Connection = {
  on(event: string, listener: (message: { mechanisms?: string[] }) => void): void
  stream: Destroyable
}
interface Destroyable {
  destroy(error: Error): void
}

const BOUND = 'SCRAM-SHA-256-PLUS'

/**
 * The client for an address. With `channel_binding=require` it is one that proves its password only to the server at the other
 * end of its own TLS connection: `pg` binds where the server offers it, and goes on without where it does not.
 */
export function clientFor({ channelBinding }: ServerAddress, Plain: ClientClass): ClientClass {
  if (channelBinding !== 'require') return Plain
  return class extends Plain {
    constructor(config: ConstructorParameters<ClientClass>[0]) {
      super(config)
      // Not by the options: a pool hides the password in them from being copied.
      Object.assign(this, { enableChannelBinding: true })
      const { connection } = this as unknown as { connection: Connection }
      const refuse = (): void =>
        connection.stream.destroy(
          new Error('the server offers no binding of channels, which channel_binding=require asks for'),
        )
      let isBound = false
      connection.on('authenticationSASL', ({ mechanisms = [] }) => {
        isBound = mechanisms.includes(BOUND)
        if (!isBound) refuse()
      })
      for (const other of ['authenticationCleartextPassword', 'authenticationMD5Password']) connection.on(other, refuse)
      connection.on('authenticationOk', () => {
        if (!isBound) refuse()
      })
    }
  }
}
