import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ground, Pace, Place, Tested } from './channels/channel.ts'
import { type HistoryEvent, readLines } from './history.ts'
import { Member, type Start } from './member.ts'

export interface SceneOptions {
  /** A file of `channels/`, without its ending. */
  readonly channel: string
  readonly pace: Pace
  /** Default `fork`. */
  readonly start?: Start
  /** Whether no process hears of the others, which the checker must find out. Default false. */
  readonly isDeaf?: boolean
}

/** Everything that runs: what is shared, the processes that verify, and the one that revokes. */
export class Scene {
  readonly channel: string
  readonly tested: Tested
  readonly ground: Ground
  readonly pace: Pace
  readonly #folder: string
  readonly #options: SceneOptions
  /**
   * Processes that verify and nothing else: the first is wholly behind a proxy, if there is one, the second with its channel
   * alone, the third not at all.
   */
  readonly verifiers: readonly Member[]
  readonly revoker: Member
  readonly #extras: Member[] = []
  /** By file, how much of it has been read. */
  readonly #taken = new Map<string, number>()

  static async open(options: SceneOptions): Promise<Scene> {
    const { tested } = (await import(`./channels/${options.channel}.ts`)) as { tested: Tested }
    const ground = await tested.start()
    const scene = new Scene(options, tested, ground)
    try {
      // The first creates the tables.
      await scene.revoker.start()
      await scene.revoker.ask('flush')
      await Promise.all(scene.verifiers.map((member) => member.start()))
      return scene
    } catch (error) {
      await scene.close()
      throw error
    }
  }

  private constructor(options: SceneOptions, tested: Tested, ground: Ground) {
    this.channel = options.channel
    this.tested = tested
    this.ground = ground
    this.pace = options.pace
    this.#options = options
    this.#folder = mkdtempSync(join(tmpdir(), 'bearward-history-'))
    const { place, channelByProxy = place, allByProxy = place } = ground
    this.verifiers = [
      this.#member('all-by-proxy', allByProxy),
      this.#member('channel-by-proxy', channelByProxy),
      this.#member('direct', place),
    ]
    this.revoker = this.#member('revoker', place)
  }

  get members(): readonly Member[] {
    return [this.revoker, ...this.verifiers]
  }

  /** One more process, which does something beside. */
  async extra(name: string): Promise<Member> {
    const known = this.#extras.find((member) => member.name === name)
    if (known !== undefined) return known
    const member = this.#member(name, this.ground.place)
    this.#extras.push(member)
    await member.start()
    return member
  }

  /** What the processes have written down since this was asked before. */
  takeHistory(): HistoryEvent[] {
    return this.members.flatMap(({ name, files }) =>
      files.flatMap((file) => {
        const bytes = readFileSync(file)
        const from = this.#taken.get(file) ?? 0
        const to = bytes.lastIndexOf('\n') + 1
        this.#taken.set(file, to)
        return readLines(name, bytes.toString('utf8', from, to))
      }),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.members, ...this.#extras].map((member) => member.close()))
    await this.ground.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #member(name: string, place: Place): Member {
    const { channel, pace, start = 'fork', isDeaf = false } = this.#options
    return new Member(name, { channel, place, pace, isDeaf, file: join(this.#folder, name) }, start)
  }
}
