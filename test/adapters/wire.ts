import { connect, type Socket } from 'node:net'

/** An answer as it came off the wire. */
export interface Answer {
  readonly version: string
  readonly status: number
  /** Every field line, names in lower case, in the order of the wire. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** All values of a field of that name. */
export function valuesOf(answer: Answer, name: string): string[] {
  return answer.fields.filter(([known]) => known === name).map(([, value]) => value)
}

export interface Ask {
  readonly method?: string
  readonly path: string
  /** Values of `Authorization`, one field line each. */
  readonly authorization?: string | readonly string[] | undefined
  /** Further field lines. */
  readonly fields?: readonly string[]
  readonly version?: '1.0' | '1.1'
}

/** The bytes of a request, Latin-1, nothing added and nothing mended. */
export function requestBytes({ method = 'GET', path, authorization = [], fields = [], version = '1.1' }: Ask): string {
  const values = typeof authorization === 'string' ? [authorization] : authorization
  const lines = ['Host: 127.0.0.1', ...values.map((value) => `Authorization: ${value}`), ...fields]
  return `${method} ${path} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`
}

/** A connection that sends bytes as given and reads one answer after the other. */
export class Wire {
  readonly #socket: Socket
  #text = ''
  #isOver = false
  #error: Error | undefined
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1')
      this.#wake()
    })
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('close', () => {
      this.#isOver = true
      this.#wake()
    })
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Wire(socket)))
      socket.once('error', reject)
    })
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  /** The next answer; `method` is that of its request, for an answer to HEAD has no content. */
  async answer(method = 'GET'): Promise<Answer> {
    await this.#more(() => this.#text.includes('\r\n\r\n'))
    const [head, ...fieldLines] = this.#take(this.#text.indexOf('\r\n\r\n') + 4)
      .trimEnd()
      .split('\r\n')
    const [, version = '', status = ''] = /^HTTP\/(1\.[01]) (\d{3})/.exec(head ?? '') ?? []
    if (version === '') throw new Error(`not an answer: ${JSON.stringify(head)}`)
    const fields = fieldLines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
    const answer = { version, status: Number(status), fields, body: '' }
    const hasNoContent = method === 'HEAD' || answer.status === 204 || answer.status === 304
    return hasNoContent ? answer : { ...answer, body: await this.#content(answer) }
  }

  /** What came after the last answer that was read, once the server has closed the connection. */
  async rest(): Promise<string> {
    while (!this.#isOver) await this.#news()
    return this.#text
  }

  /** Goes away without a word. */
  destroy(): void {
    this.#socket.destroy()
  }

  async #content(answer: Answer): Promise<string> {
    const [length] = valuesOf(answer, 'content-length')
    if (length !== undefined) {
      await this.#more(() => this.#text.length >= Number(length))
      return utf8(this.#take(Number(length)))
    }
    if (valuesOf(answer, 'transfer-encoding').includes('chunked')) return this.#chunks()
    const content = await this.rest()
    this.#text = ''
    return utf8(content)
  }

  async #chunks(): Promise<string> {
    let content = ''
    for (;;) {
      await this.#more(() => this.#text.includes('\r\n'))
      const size = Number.parseInt(this.#take(this.#text.indexOf('\r\n') + 2), 16)
      await this.#more(() => this.#text.length >= size + 2)
      content += this.#take(size + 2).slice(0, size)
      if (size === 0) return utf8(content)
    }
  }

  #take(length: number): string {
    const taken = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    return taken
  }

  async #more(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      if (this.#isOver) {
        const got = JSON.stringify(this.#text)
        throw new Error(`the connection ended inside an answer, after ${got}`, { cause: this.#error })
      }
      await this.#news()
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** One request on a connection of its own. */
export async function ask(port: number, request: Ask): Promise<Answer> {
  const wire = await Wire.open(port)
  wire.send(requestBytes({ ...request, fields: [...(request.fields ?? []), 'Connection: close'] }))
  const answer = await wire.answer(request.method)
  const rest = await wire.rest()
  if (rest !== '') throw new Error(`bytes after the answer: ${JSON.stringify(rest)}`)
  return answer
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString()
}
