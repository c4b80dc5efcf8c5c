// Sends requests as fast as they are answered, over bare sockets: a client that costs little leaves the cores to the server.
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What is to be sent. */
export interface FloodOrder {
  readonly port: number
  readonly path: string
  /** The same token every time. Default: another one each time, of the right form half the time, but for the checksum. */
  readonly token?: string | undefined
  readonly forMs: number
}

/** What came of it. */
export interface Flooded {
  /** Answers by their status. */
  readonly answers: Readonly<Record<string, number>>
  readonly perSecond: number
}

const CONNECTIONS = 32
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

process.on('message', (order: FloodOrder) => void flood(order).then((flooded) => process.send?.(flooded)))
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function flood({ port, path, token, forMs }: FloodOrder): Promise<Flooded> {
  const answers: Record<string, number> = {}
  const startedAt = performance.now()
  const ask = (): string =>
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token ?? randomToken()}\r\n\r\n`
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const socket = connect(port, '127.0.0.1').setNoDelay()
      await once(socket, 'connect')
      while (performance.now() - startedAt < forMs) {
        const status = await exchange(socket, ask())
        answers[status] = (answers[status] ?? 0) + 1
      }
      socket.destroy()
    }),
  )
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0)
  return { answers, perSecond: (total / (performance.now() - startedAt)) * 1000 }
}

/** @returns the status of the answer, once all of it has come */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      const bodyAt = text.indexOf('\r\n\r\n') + 4
      if (bodyAt < 4) return
      const length = /^content-length: (\d+)/im.exec(text)?.[1]
      if (text.length < bodyAt + Number(length ?? 0)) return
      socket.off('data', read)
      socket.off('close', gone)
      resolve(text.slice(9, 12))
    }
    const gone = (): void => reject(new Error('the server has closed the connection'))
    socket.on('data', read)
    socket.once('close', gone)
    socket.write(request)
  })
}

function randomToken(): string {
  const body = Array.from({ length: 49 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return randomInt(2) === 0 ? `acme_live_${body}` : body.slice(0, randomInt(8, 49))
}
