/**
 * A server on 127.0.0.1, or one that the environment names: of that, all members but `url`, `port` and `close()` throw.
 * A server of our own ends with this process, however that ends.
 */
export interface Server {
  /** What a client connects to. */
  readonly url: string
  readonly port: number
  /** The main process. Another one after `restart()`. Throws while the server is not running. */
  readonly pid: number
  readonly dataDir: string
  /** Ends the server in good order and waits for its end; does nothing if it is not running. Data stays for `restart()`. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Kills the server and its children with SIGKILL and waits for their end. Data stays for `restart()`. */
  kill(): Promise<void>
  /** Stands the server and its children still with SIGSTOP: the system accepts connections, nobody answers. */
  pause(): void
  /** Lets the server go on after `pause()`. */
  resume(): void
  /** Starts the server on the same data and port; ends it first if it is running. */
  restart(): Promise<void>
  /** Ends the server and removes its data. Does nothing to a server that the environment names. */
  close(): Promise<void>
}

/**
 * The server that an environment variable names.
 *
 * @example
 * const server = givenServer('DATABASE_URL')
 */
export function givenServer(variable: string): Server | undefined {
  const url = process.env[variable]
  if (!url) return undefined

  function refuse(): never {
    throw new Error(`${variable} names a server that is not ours to handle; ask for one of your own with { own: true }`)
  }
  async function refuseLater(): Promise<never> {
    refuse()
  }
  return {
    url,
    port: Number(new URL(url).port),
    get pid() {
      return refuse()
    },
    get dataDir() {
      return refuse()
    },
    stop: refuseLater,
    kill: refuseLater,
    restart: refuseLater,
    pause: refuse,
    resume: refuse,
    close: async () => {},
  }
}
